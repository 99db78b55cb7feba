/**
 * A program to try heapwatch on: a server that never forgets a session. A timer stands in for those who send requests.
 *
 *     node --inspect=9229 scripts/examples/server.mjs
 */

class Session {
  constructor(token) {
    this.token = token;
    this.startedAt = new Date();
    this.pages = [];
  }
}

function createHandler() {
  const sessions = new Map();
  return function handle(token) {
    sessions.set(token, new Session(token));
  };
}

const handle = createHandler();
let requests = 0;
for (let i = 0; i < 17_000; i++) handle(`token-${requests++}`);
setInterval(() => handle(`token-${requests++}`), 10);
