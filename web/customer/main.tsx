import { render } from 'preact';
import { App } from './app';
import { stayAboveKeyboard } from './keyboard';
import '../parts/parts.css';
import '../room/room.css';
import './customer.css';

stayAboveKeyboard();
render(<App />, document.body);
