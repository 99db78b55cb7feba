/**
 * Loaded into a server before its own program (NODE_OPTIONS --import): counts the requests that it answers, and says so when it is
 * asked over a socket of ours. It holds nothing of a request, and keeps no server running.
 *
 *     {"pid":4711}                        once, when the process begins
 *     {"requests":500,"listens":true}     for each line that is asked
 */
import { subscribe } from 'node:diagnostics_channel';
import { connect } from 'node:net';

const path = process.env.HEAPWATCH_GATE;

if (path !== undefined) {
  let requests = 0;
  subscribe('http.server.request.start', () => {
    requests++;
  });
  const socket = connect(path);
  socket.unref();
  socket.on('error', () => socket.destroy()); // the gate has ended: nobody asks any more
  socket.write(`${JSON.stringify({ pid: process.pid })}\n`);
  socket.on('data', () => {
    const listens = process.getActiveResourcesInfo().some((name) => name === 'TCPServerWrap' || name === 'PipeWrap');
    socket.write(`${JSON.stringify({ requests, listens })}\n`);
  });
}
