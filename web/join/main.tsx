import { render } from 'preact';
import { Join } from './join';
import '../parts/parts.css';
import './join.css';

render(<Join />, document.body);
