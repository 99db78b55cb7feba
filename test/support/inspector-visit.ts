/** Another debugger: a raw client that sends one command, waits for its answer and leaves for good. */
import { once } from 'node:events';
import WebSocket from 'ws';

export async function inspectorVisit(url: string, method: string): Promise<void> {
  const socket = new WebSocket(url, { perMessageDeflate: false });
  await once(socket, 'open');
  socket.send(JSON.stringify({ id: 1, method }));
  await once(socket, 'message');
  socket.close();
  await once(socket, 'close');
}
