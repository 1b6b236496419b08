import '../parts/parts.css';
import '../room/room.css';
import { render } from 'preact';
import { App } from './app';

render(<App />, document.body);
