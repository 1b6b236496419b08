import { render } from 'preact';
import { App } from './app';
import '../parts/parts.css';
import '../room/room.css';
import './customer.css';

render(<App />, document.body);
