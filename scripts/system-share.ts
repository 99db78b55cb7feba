/**
 * What `--by shape` cannot name otherwise than by V8's own words, `(system) …`, of six servers that people run and load with
 * requests:
 *
 *     node dist/scripts/system-share.js [--requests 2000] [--most 2]
 *
 * The frameworks come from the registry, once. Prints its share of the heap and the largest of it; exits 1 where a server has more
 * than so many percent.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { parseArgs } from 'node:util';
import { attach } from '../agent/attach/agent.ts';
import { snapshot } from '../agent/probe/snapshot.ts';
import { humanSize } from '../protocol/human.ts';
import { install } from '../test/support/install.ts';

const { values } = parseArgs({
  options: { requests: { type: 'string', default: '2000' }, most: { type: 'string', default: '2' } },
});
const requests = Number(values.requests);
const mostPercent = Number(values.most);
/** Requests that are under way at once. */
const AT_ONCE = 16;
/** Of V8's own types, that are printed. */
const LARGEST = 3;

/** Programs that say `port N` when they listen on it, by their framework. */
const SERVERS: Readonly<Record<string, { readonly package: string; readonly program: string }>> = {
  express: {
    package: 'express@5.3.0',
    program: `import express from 'express';
const app = express().use(express.json()).get('/:id', (request, response) => response.json({ id: request.params.id, at: Date.now() }));
const server = app.listen(0, '127.0.0.1', () => console.log('port ' + server.address().port));`,
  },
  fastify: {
    package: 'fastify@5.12.8',
    program: `import fastify from 'fastify';
const app = fastify().get('/:id', async (request) => ({ id: request.params.id, at: Date.now() }));
await app.listen({ port: 0, host: '127.0.0.1' });
console.log('port ' + app.server.address().port);`,
  },
  koa: {
    package: 'koa@3.3.0',
    program: `import Koa from 'koa';
const app = new Koa().use(async (ctx) => { ctx.body = { id: ctx.path.slice(1), at: Date.now() }; });
const server = app.listen(0, '127.0.0.1', () => console.log('port ' + server.address().port));`,
  },
  hapi: {
    package: '@hapi/hapi@21.4.10',
    program: `import hapi from '@hapi/hapi';
const server = hapi.server({ port: 0, host: '127.0.0.1' });
server.route({ method: 'GET', path: '/{id}', handler: (request) => ({ id: request.params.id, at: Date.now() }) });
await server.start();
console.log('port ' + server.info.port);`,
  },
  apollo: {
    package: '@apollo/server@5.5.1',
    program: `import { ApolloServer } from '@apollo/server';
import { startStandaloneServer } from '@apollo/server/standalone';
const typeDefs = 'type Item { id: ID! at: Float! } type Query { item(id: ID!): Item }';
const resolvers = { Query: { item: (_, { id }) => ({ id, at: Date.now() }) } };
const { url } = await startStandaloneServer(new ApolloServer({ typeDefs, resolvers }), { listen: { port: 0, host: '127.0.0.1' } });
console.log('port ' + new URL(url).port);`,
  },
  'socket.io': {
    package: 'socket.io@4.8.4',
    program: `import { createServer } from 'node:http';
import { Server } from 'socket.io';
const server = createServer((request, response) => response.end(request.url));
new Server(server).on('connection', (socket) => socket.on('message', (text) => socket.emit('message', text)));
server.listen(0, '127.0.0.1', () => console.log('port ' + server.address().port));`,
  },
};

interface Share {
  readonly percent: number;
  readonly heapBytes: number;
  readonly largest: readonly string[];
}

async function shareOf(name: string): Promise<Share> {
  const { package: version, program } = SERVERS[name]!;
  const home = await install(`servers/${version.replaceAll('/', '+')}`, [
    version,
    ...(name === 'apollo' ? ['graphql@16.12.0'] : []),
  ]);
  const file = join(home, 'server.mjs');
  writeFileSync(file, program);
  const server = spawn(process.execPath, ['--inspect=127.0.0.1:0', file], { stdio: ['ignore', 'pipe', 'pipe'] });
  try {
    const port = await said(server.stdout, /^port (\d+)$/);
    const inspector = await said(server.stderr, /^Debugger listening on (ws:\S+)$/);
    await load(`http://127.0.0.1:${port}`);
    await using agent = await attach(inspector);
    const { partitions } = await snapshot(agent, { target: name, isolate: 'main', by: ['shape'] });
    const { rows, sizeBytes } = partitions[0]!;
    const left = rows.filter(({ kind }) => kind.startsWith('(system)'));
    return {
      percent: (left.reduce((sum, row) => sum + row.sizeBytes, 0) / sizeBytes) * 100,
      heapBytes: sizeBytes,
      largest: left.slice(0, LARGEST).map((row) => `${row.kind.slice('(system) '.length)} ${humanSize(row.sizeBytes)}`),
    };
  } finally {
    server.kill();
    await once(server, 'exit');
  }
}

async function said(stream: NodeJS.ReadableStream, what: RegExp): Promise<string> {
  for await (const line of createInterface({ input: stream })) {
    const found = what.exec(line);
    if (found) return found[1]!;
  }
  throw new Error('Cannot start a server: it ended');
}

async function load(url: string): Promise<void> {
  let sent = 0;
  const ask = async (): Promise<void> => {
    while (sent++ < requests) await (await fetch(`${url}/item-${sent}`)).text();
  };
  await Promise.all(Array.from({ length: AT_ONCE }, ask));
}

for (const name of Object.keys(SERVERS)) {
  const { percent, heapBytes, largest } = await shareOf(name);
  const line = `${name.padEnd(10)} ${humanSize(heapBytes).padStart(8)}   (system) ${percent.toFixed(2)} %   ${largest.join(', ')}`;
  process.stdout.write(`${line}\n`);
  if (percent > mostPercent) {
    process.stdout.write(`PROBLEM: ${name} has more than ${mostPercent} % in (system)\n`);
    process.exitCode = 1;
  }
}
