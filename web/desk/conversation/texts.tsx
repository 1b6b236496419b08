import { useEffect, useState } from 'preact/hooks';
import { ask } from '../../client/connection';
import { ContactPanel } from './contact-panel';
import { Conversation } from './conversation';
import { CONTACT } from './operations';
import type { Contact } from './text-form';

/** What is open of the text messages: one conversation, or a new one. */
export function Texts({ id }: { id: string }) {
  const [contact, setContact] = useState<Contact | null>(null);
  useEffect(() => void ask(CONTACT, {}).then(({ viewer }) => viewer?.__typename === 'Member' && setContact(viewer)), []);
  if (!contact) return <p class="quiet" role="status">Loading…</p>;
  return id === 'new' ? <ContactPanel contact={contact} /> : <Conversation key={id} id={id} contact={contact} />;
}
