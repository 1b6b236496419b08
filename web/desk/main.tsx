import '../parts/parts.css';
import '../room/room.css';
import { showPage } from '../parts/show-page';
import { App } from './app';

showPage(<App />);
