import { useEffect, useState } from 'preact/hooks';
import { change } from '../../client/connection';
import { Copyable } from '../../parts/copy';
import { Dialog } from '../../parts/dialog';
import { Field } from '../../parts/field';
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
      {url && <LinkFrame url={url} />}
      <p class="refusal" role="alert">{reason}</p>
    </Dialog>
  );
}

/** A link to be copied. */
export function LinkFrame({ url }: { url: string }) {
  return (
    <Copyable text={url} what="link">
      <Field label="Link for the customer" readOnly value={url} onFocus={(event) => event.currentTarget.select()} />
    </Copyable>
  );
}
