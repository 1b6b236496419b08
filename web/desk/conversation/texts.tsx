import { useEffect } from 'preact/hooks';
import { contact, look } from './contact';
import { ContactPanel } from './contact-panel';
import { Conversation } from './conversation';
import './conversation.css';

/** What is open of the text messages: one conversation, or a new one. */
export function Texts({ id }: { id: string }) {
  useEffect(() => void look(), []);
  if (!contact.value) return <p class="quiet" role="status">Loading…</p>;
  return id === 'new' ? <ContactPanel contact={contact.value} /> : <Conversation key={id} id={id} contact={contact.value} />;
}
