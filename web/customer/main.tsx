import { showPage } from '../parts/show-page';
import { App } from './app';
import '../parts/parts.css';
import '../room/room.css';
import './customer.css';

showPage(<App />);
