import { useSignalEffect } from '@preact/signals';
import { news, offer } from './conversation/conversations';
import { withNews } from './room/rooms';

/** The title of the browser's tab says how much is new, and whether a customer waits for an answer, for who looks elsewhere. */
export function useTitle() {
  useSignalEffect(() => {
    const count = withNews.value + news.value.size;
    document.title = [offer.value && 'Chat offered', count > 0 && `(${count})`, 'Desk'].filter(Boolean).join(' ');
    return () => (document.title = 'Desk');
  });
}
