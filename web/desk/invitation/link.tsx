import { useEffect, useState } from 'preact/hooks';
import { change } from '../../client/connection';
import { CopyableField } from '../../parts/copy';
import { Dialog } from '../../parts/dialog';
import { useChange } from '../../parts/use-change';
import { GET_LINK } from './operations';

/** The link into a room, to be passed on by hand. Nothing is sent. */
export function GetLink({ roomId, onClose }: { roomId: string; onClose: () => void }) {
  const [url, setUrl] = useState('');
  const { run, reason } = useChange();
  useEffect(() => void run(makeLink), [roomId]);

  async function makeLink() {
    const { getLink } = await change(GET_LINK, { roomId });
    setUrl(getLink.url ?? '');
    return getLink.userErrors;
  }

  return (
    <Dialog title="Get link" onClose={onClose}>
      {url && <CustomerLink url={url} />}
      <p class="refusal" role="alert">{reason}</p>
    </Dialog>
  );
}

export function CustomerLink({ url }: { url: string }) {
  return <CopyableField label="Link for the customer" text={url} what="link" />;
}
