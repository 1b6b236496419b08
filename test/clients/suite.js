// All tests in one process: members sign in once, and the server counts their connections as those of one session.
import './lint.test.js';
import './relay.test.js';
import './introspection.test.js';
import './audits.test.js';
import './close-codes.test.js';
import './websocket.test.js';
import './sse.test.js';
import './judge.test.js';
import './sms.test.js';
import './clients.test.js';
