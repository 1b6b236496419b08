import { render } from 'preact';
import { App } from './app';
import '../parts/parts.css';
import '../room/room.css';
import './desk.css';
import './conversation/conversation.css';

render(<App />, document.body);
