import { useEffect, useRef, useState } from 'preact/hooks';
import { change, messageOf } from '../../client/connection';
import { Dialog } from '../../parts/dialog';
import { Field } from '../../parts/field';
import { GET_LINK } from './operations';

/** The link into a room, to be passed on by hand. Nothing is sent. */
export function GetLink({ roomId, onClose }: { roomId: string; onClose: () => void }) {
  const [url, setUrl] = useState('');
  const [refusal, setRefusal] = useState('');
  useEffect(() => {
    change(GET_LINK, { roomId }).then(
      ({ getLink }) => {
        setUrl(getLink.url ?? '');
        setRefusal(getLink.userErrors.map((error) => error.message).join(' '));
      },
      (error) => setRefusal(messageOf(error)),
    );
  }, [roomId]);
  return (
    <Dialog title="Get link" onClose={onClose}>
      {url && <LinkFrame url={url} />}
      <p class="refusal" role="alert">{refusal}</p>
    </Dialog>
  );
}

/** A link to be copied. */
export function LinkFrame({ url }: { url: string }) {
  const [note, setNote] = useState('');
  const frame = useRef<HTMLDivElement>(null);

  async function copy() {
    try {
      await navigator.clipboard.writeText(url);
      setNote('Copied.');
    } catch {
      frame.current!.querySelector('input')!.select();
      setNote('The browser does not let this page copy: the link is selected, so copy it with your keyboard.');
    }
  }

  return (
    <div class="link-frame" ref={frame}>
      <Field label="Link for the customer" readOnly value={url} onFocus={(event) => event.currentTarget.select()} />
      <button type="button" onClick={copy}>Copy</button>
      <p role="status">{note}</p>
    </div>
  );
}
