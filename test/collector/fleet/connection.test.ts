/** How NATS is reached: with each kind of secret, by TLS, and what is said where it refuses. */
import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { nkeys } from '@nats-io/transport-node';
import { FleetFile } from '../../../collector/config/fleet-file.ts';
import { connectNats } from '../../../collector/fleet/connection.ts';
import { folder } from '../../support/folder.ts';
import { LogLines } from '../../support/log-lines.ts';
import { hasNats, startNats } from '../../support/nats.ts';
import { projectRoot } from '../../support/project.ts';

const tls = (name: string) => join(projectRoot, 'test/fixtures/tls', name);

describe('a connection to NATS', { skip: hasNats ? false : 'no nats-server here', timeout: 60_000 }, () => {
  const dial = async (url: string, nats: object, env: Record<string, string> = {}, logs = new LogLines()) => {
    const config = FleetFile.parse({ nats: { servers: [url], ...nats } }).nats;
    const connection = await connectNats(config, { name: 'test', env, logger: logs.logger, timeoutMs: 5_000 });
    await connection.flush();
    await connection.close();
  };

  it('takes a token from a file, and says in one line where it is refused', async () => {
    await using dir = await folder();
    await using nats = await startNats(['authorization { token: "s3cret" }']);
    await writeFile(dir.join('token'), 's3cret\n');
    await dial(nats.url, { token: { file: dir.join('token') } });
    await writeFile(dir.join('token'), 'other\n');
    const refused = dial(nats.url, { token: { file: dir.join('token') } });
    await assert.rejects(refused, (error: Error) => {
      assert.match(error.message, /^Cannot reach NATS at nats:\/\/127\.0\.0\.1:\d+: .*authorization violation/i);
      assert.doesNotMatch(error.message, /other|\n/);
      return true;
    });
    await assert.rejects(dial(nats.url, { token: { file: dir.join('none') } }), /token.*cannot be read.*ENOENT/);
  });

  it('takes a user with a password, and the seed of an nkey, from the environment', async () => {
    const key = nkeys.createUser();
    const users = `authorization { users: [{ user: api, password: pw }, { nkey: ${key.getPublicKey()} }] }`;
    await using nats = await startNats([users]);
    await dial(nats.url, { user: 'api', password: { env: 'PW' } }, { PW: 'pw' });
    await dial(nats.url, { nkey: { env: 'SEED' } }, { SEED: new TextDecoder().decode(key.getSeed()) });
  });

  it('speaks TLS with a certificate of its own, and none without where TLS is asked for', async () => {
    const files = `cert_file: "${tls('server.pem')}", key_file: "${tls('server.key')}"`;
    await using nats = await startNats([`tls { ${files}, ca_file: "${tls('ca.pem')}", verify: true }`]);
    const own = { ca: tls('ca.pem'), cert: tls('client.pem'), key: tls('client.key') };
    await dial(nats.url, { tls: own });
    await assert.rejects(dial(nats.url, { tls: { ca: tls('ca.pem') } }), /^Error: Cannot reach NATS at/);
    await using plain = await startNats();
    await assert.rejects(dial(plain.url, { tls: own }), /^Error: Cannot reach NATS at/);
  });
});
