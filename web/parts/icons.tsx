// The icons of buttons that have no words on them; each such button has a label.
import type { ComponentChildren } from 'preact';

export const SendIcon = () => <Icon><path d="M4 12 20 4l-5 16-3-7z" /></Icon>;
export const ClipIcon = () => <Icon><path d="m19 11-8 8a4 4 0 0 1-6-6l8-8a3 3 0 0 1 4 4l-8 8a1 1 0 0 1-2-2l7-7" /></Icon>;
export const CloseIcon = () => <Icon><path d="m6 6 12 12M18 6 6 18" /></Icon>;
export const MoreIcon = () => <Icon><path d="M5 12h.01M12 12h.01M19 12h.01" /></Icon>;
export const MinusIcon = () => <Icon><path d="M5 12h14" /></Icon>;
export const PlusIcon = () => <Icon><path d="M5 12h14M12 5v14" /></Icon>;
export const DownIcon = () => <Icon><path d="M12 5v14M6 13l6 6 6-6" /></Icon>;
export const FileIcon = () => <Icon><path d="M14 3H7a1 1 0 0 0-1 1v16a1 1 0 0 0 1 1h10a1 1 0 0 0 1-1V7zM14 3v4h4" /></Icon>;
export const BackIcon = () => <Icon><path d="m14 6-6 6 6 6" /></Icon>;
export const RoomIcon = () => <Icon><path d="M4 5h16v11H10l-4 4v-4H4z" /></Icon>;
export const TickIcon = () => <Icon><path d="m5 13 4 4L19 7" /></Icon>;

function Icon({ children }: { children: ComponentChildren }) {
  return <svg viewBox="0 0 24 24" width="20" height="20" aria-hidden="true">{children}</svg>;
}
