// The icons of buttons that have no words on them; each such button has a label.
import type { ComponentChildren } from 'preact';

export const SendIcon = () => <Icon><path d="M4 12 20 4l-5 16-3-7z" /></Icon>;
export const ClipIcon = () => <Icon><path d="m19 11-8 8a4 4 0 0 1-6-6l8-8a3 3 0 0 1 4 4l-8 8a1 1 0 0 1-2-2l7-7" /></Icon>;
export const CloseIcon = () => <Icon><path d="m6 6 12 12M18 6 6 18" /></Icon>;
export const TickIcon = () => <Icon><path d="m5 13 4 4L19 7" /></Icon>;
export const PlusIcon = () => <Icon><path d="M12 5v14M5 12h14" /></Icon>;

function Icon({ children }: { children: ComponentChildren }) {
  return <svg viewBox="0 0 24 24" width="20" height="20" aria-hidden="true">{children}</svg>;
}
