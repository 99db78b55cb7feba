/**
 * A server of S3, the one of the package s3rver, with one bucket, behind a check of signatures, which it does not make itself;
 * and what may be put between it and a client: cuts.
 */
import { createServer as createHttpServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createServer, connect as openSocket, type Socket } from 'node:net';
import S3rver from 's3rver';
import { folder } from './folder.ts';
import { signatureFault } from './sig-v4.ts';

export const KEYS = { AWS_ACCESS_KEY_ID: 'S3RVER', AWS_SECRET_ACCESS_KEY: 'S3RVER' } as const;
export const BUCKET = 'heaps';

export interface S3Server extends AsyncDisposable {
  readonly endpoint: string;
  readonly port: number;
}

export async function s3Server(): Promise<S3Server> {
  const dir = await folder();
  const server = new S3rver({
    port: 0,
    address: '127.0.0.1',
    silent: true,
    directory: dir.path,
    configureBuckets: [{ name: BUCKET }],
  });
  await server.configureBuckets();
  const serve = server.callback();
  const front = createHttpServer((request, response) => {
    const { method = '', url = '', headers } = request;
    const fault = signatureFault({ method, url, headers }, KEYS.AWS_SECRET_ACCESS_KEY);
    if (fault === undefined) serve(request, response);
    else response.writeHead(403, { Connection: 'close' }).end(`<Error><Code>${fault}</Code></Error>`);
  });
  await new Promise<void>((resolve) => front.listen(0, '127.0.0.1', resolve));
  const { port } = front.address() as AddressInfo;
  return {
    endpoint: `http://127.0.0.1:${port}`,
    port,
    async [Symbol.asyncDispose]() {
      front.closeAllConnections();
      await new Promise((resolve) => front.close(resolve));
      await dir[Symbol.asyncDispose]();
    },
  };
}

export interface Cutter extends AsyncDisposable {
  readonly endpoint: string;
  readonly cuts: number;
}

/** Passes on what goes to `port`, and each time that `afterBytes` have gone there cuts the connection that they went by, so many times. */
export async function cutting(port: number, afterBytes: number, times: number): Promise<Cutter> {
  let cuts = 0;
  let bytes = 0;
  const sockets = new Set<Socket>();
  const server = createServer((client) => {
    const upstream = openSocket(port, '127.0.0.1');
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket
        .on('error', () => {})
        .on('close', () => {
          sockets.delete(socket);
          client.destroy();
          upstream.destroy();
        });
    }
    client.on('data', (chunk) => {
      bytes += chunk.length;
      if (bytes > afterBytes && cuts < times) {
        cuts++;
        bytes = 0;
        client.destroy();
        upstream.destroy();
      } else if (!upstream.write(chunk)) {
        client.pause();
        upstream.once('drain', () => client.resume());
      }
    });
    upstream.pipe(client);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    get cuts() {
      return cuts;
    },
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
