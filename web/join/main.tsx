import { showPage } from '../parts/show-page';
import { Join } from './join';
import '../parts/parts.css';
import './join.css';

showPage(<Join />);
