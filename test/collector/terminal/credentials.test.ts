/** Tokens and TLS as a user meets them: a collector that wants them, and the commands that reach it. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { copyFileSync, readFileSync, writeFileSync } from 'node:fs';
import { request } from 'node:https';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { connect as tlsConnect } from 'node:tls';
import type { TokenConfig } from '../../../collector/config/access-config.ts';
import type { Config } from '../../../collector/config/config.ts';
import { type Collector, startCollector } from '../../../collector/main/collector.ts';
import { runCli, startCli } from '../../support/cli.ts';
import { configOf } from '../../support/collector.ts';
import { folder } from '../../support/folder.ts';
import { LogLines } from '../../support/log-lines.ts';
import { projectRoot } from '../../support/project.ts';
import { connect, type StreamClient } from '../../support/stream-client.ts';

const TOKEN = 'the-operators-own-token';
const tlsPath = (name: string) => join(projectRoot, 'test', 'fixtures', 'tls', name);
const tls = { cert: tlsPath('server.pem'), key: tlsPath('server.key') };

function start(over: Partial<Config>): Promise<Collector> {
  const auth = { tokens: [{ name: 'ops', role: 'operator', source: { env: 'OPS' } } as const], origins: [] };
  return startCollector(
    { ...configOf([{ name: 'api', inspect: '127.0.0.1:1' }]), auth, ...over },
    { logger: new LogLines().logger, env: { OPS: TOKEN } },
  );
}

/** The status of `/v1/targets`, or the code of what broke the connection. */
function statusOf(
  collector: Collector,
  options: { ca?: Buffer; cert?: Buffer; key?: Buffer },
): Promise<number | string> {
  const url = new URL('/v1/targets', collector.url.replace(/^ws/, 'http'));
  const headers = { Authorization: `Bearer ${TOKEN}` };
  return new Promise((resolve) => {
    request(url, { ...options, headers, agent: false }, (response) => resolve(response.resume().statusCode!))
      .on('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message))
      .end();
  });
}

/** A client of the stream with the token of this name. */
async function follow({ url }: Collector, name: string, ca: Buffer): Promise<StreamClient> {
  const client = await connect(url, { ca });
  client.send({ type: 'hello', token: `the-token-of-${name}-itself` });
  await client.next('welcome');
  return client;
}

/** Of the certificate that a collector shows. */
async function fingerprint({ url }: Collector): Promise<string> {
  const socket = tlsConnect({ port: Number(new URL(url).port), host: '127.0.0.1', rejectUnauthorized: false });
  await once(socket, 'secureConnect');
  const { fingerprint256 } = socket.getPeerCertificate();
  socket.destroy();
  return fingerprint256;
}

describe('credentials', () => {
  it('of a command come from the environment or a file, and an argument cannot hold them', async () => {
    await using collector = await start({});
    await using dir = await folder();
    writeFileSync(dir.join('token'), `${TOKEN}\n`);
    const mark = ['mark', collector.url, 'deploy'];
    const none = await runCli(mark, { HEAPWATCH_TOKEN: '' });
    assert.equal(none.code, 3);
    assert.match(none.stderr, /expected a token, got none \(4401\); give its token by HEAPWATCH_TOKEN or --token-file/);
    const wrong = await runCli(mark, { HEAPWATCH_TOKEN: 'a-token-of-nobody' });
    assert.equal(wrong.code, 3);
    assert.ok(!wrong.stderr.includes('a-token-of-nobody'), wrong.stderr);
    assert.equal((await runCli(mark, { HEAPWATCH_TOKEN: TOKEN })).code, 0);
    assert.equal((await runCli(mark, { HEAPWATCH_TOKEN_FILE: dir.join('token') })).code, 0);
    const fromFile = await runCli([...mark, '--token-file', dir.join('token')], {
      HEAPWATCH_TOKEN: 'a-token-of-nobody',
    });
    assert.equal(fromFile.code, 0, fromFile.stderr);
    assert.match(
      (await runCli([...mark, '--token-file', dir.join('none')])).stderr,
      /Cannot read token from .*: ENOENT/,
    );
    assert.equal((await runCli([...mark, '--token', TOKEN])).code, 2);
  });

  it('of a collector are read over TLS, by those who know its authority', async () => {
    await using collector = await start({ tls });
    assert.match(collector.url, /^wss:/);
    const ca = readFileSync(tlsPath('ca.pem'));
    assert.equal(await statusOf(collector, { ca }), 200);
    const env = { HEAPWATCH_TOKEN: TOKEN };
    const stranger = await runCli(['mark', collector.url, 'deploy'], env);
    assert.equal(stranger.code, 3);
    assert.match(stranger.stderr, /name the authority of its certificate with --ca/);
    const friend = await runCli(['mark', collector.url, 'deploy', '--ca', tlsPath('ca.pem')], env);
    assert.equal(friend.code, 0, friend.stderr);
    // what is not TLS is told from nothing by nobody, and disturbs nobody
    await assert.rejects(fetch(collector.url.replace(/^wss/, 'http')));
    assert.equal(await statusOf(collector, { ca }), 200);
  });

  it('may be certificates of clients besides', async () => {
    await using collector = await start({ tls: { ...tls, clientCa: tlsPath('ca.pem') } });
    const ca = readFileSync(tlsPath('ca.pem'));
    const client = { cert: readFileSync(tlsPath('client.pem')), key: readFileSync(tlsPath('client.key')) };
    assert.equal(await statusOf(collector, { ca, ...client }), 200);
    assert.notEqual(await statusOf(collector, { ca }), 200);
  });

  it('are read anew: who lost its token is shown out, the next one sees the new certificate', async () => {
    await using dir = await folder();
    const copy = (name: string, as: string) => copyFileSync(tlsPath(name), dir.join(as));
    copy('server.pem', 'cert.pem');
    copy('server.key', 'key.pem');
    const [ops, eye] = ['ops', 'eye'].map((name) => {
      writeFileSync(dir.join(name), `the-token-of-${name}-itself\n`);
      return { name, role: 'viewer', source: { file: dir.join(name) } } as const;
    }) as [TokenConfig, TokenConfig];
    const config = {
      ...configOf([{ name: 'api', inspect: '127.0.0.1:1' }]),
      auth: { tokens: [ops, eye], origins: [] },
      tls: { cert: dir.join('cert.pem'), key: dir.join('key.pem') },
    };
    await using collector = await startCollector(config, { logger: new LogLines().logger });
    const ca = readFileSync(tlsPath('ca.pem'));
    const [first, second] = await Promise.all(['ops', 'eye'].map((name) => follow(collector, name, ca)));
    const before = await fingerprint(collector);

    assert.deepEqual((await collector.reload(config)).live, []);
    writeFileSync(dir.join('ops'), 'another-token-of-ops');
    copy('client.pem', 'cert.pem');
    await assert.rejects(
      collector.reload(config),
      /^ConfigError: tls: .*cert\.pem and .*key\.pem are no certificate and/,
    );
    assert.equal(await fingerprint(collector), before);
    copy('client.key', 'key.pem');
    const { live, restart } = await collector.reload(config);
    assert.deepEqual([live, restart], [['auth', 'tls'], []]);
    assert.notEqual(await fingerprint(collector), before);
    assert.equal((await first!.closed).code, 4401);
    assert.equal((await second!.request('targets')).type, 'response');
    await second![Symbol.asyncDispose]();
    const open = { ...config, auth: { tokens: [], origins: ['https://ops.example'] } };
    assert.deepEqual((await collector.reload(open)).live, ['auth']);
    assert.deepEqual((await collector.reload({ ...open, tls: { ...open.tls, clientCa: 'ca.pem' } })).restart, ['tls']);
  });

  it('that cannot be read end the collector at its start, with code 2', async () => {
    await using dir = await folder();
    const config = dir.join('heapwatch.yaml');
    const collect = async (text: string) => {
      writeFileSync(config, `listen: 127.0.0.1:0\ntargets: [{ name: api, inspect: 127.0.0.1:1 }]\n${text}`);
      const { code, stderr } = await startCli(['collect', '--config', config, '--log', 'silent']).result;
      assert.equal(code, 2, stderr);
      return stderr;
    };
    const tokens = 'auth: { tokens: [{ name: ops, role: operator, env: HEAPWATCH_NO_SUCH }] }';
    assert.match(await collect(tokens), /auth\.tokens: token "ops" is not there: set HEAPWATCH_NO_SUCH/);
    assert.match(await collect('tls: { cert: no.pem, key: no.pem }'), /tls\.cert: cannot be read from no\.pem: ENOENT/);
    assert.match(await collect('listen: 0.0.0.0:0'), /Map keys must be unique/);
  });
});
