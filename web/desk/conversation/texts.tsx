import { useEffect } from 'preact/hooks';
import { Pending } from '../../parts/pending';
import { contact, look } from './contact';
import { ContactPanel } from './contact-panel';
import { Conversation } from './conversation';
import './conversation.css';

/** What is open of the text messages: one conversation, or a new one. */
export function Texts({ id }: { id: string }) {
  useEffect(() => void look(), []);
  if (!contact.value) return <Pending />;
  return id === 'new' ? <ContactPanel contact={contact.value} /> : <Conversation key={id} id={id} contact={contact.value} />;
}
