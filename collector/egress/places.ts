/** The place that a destination names, with the secrets that it needs. */

import { type Environment, readSecret, type SecretSource } from '../config/secret.ts';
import type { DestinationConfig } from '../config/snapshots-config.ts';
import { FolderPlace } from './folder.ts';
import type { Place } from './place.ts';
import { PutPlace } from './put.ts';
import { S3Place } from './s3.ts';

const DEFAULT_REGION = 'us-east-1';

/**
 * What a configuration does not say of S3 is taken from the environment, by the names that Amazon's tools know.
 * @throws Error that says which secret is missing
 */
export function placeOf(config: DestinationConfig, env: Environment): Place {
  const { to } = config;
  switch (to.type) {
    case 'folder':
      return new FolderPlace(to.dir);
    case 'put': {
      const query = secretOf('query', config.query, env);
      const bearer = secretOf('bearer', config.bearer, env);
      const headers = { ...config.headers, ...(bearer !== undefined && { Authorization: `Bearer ${bearer}` }) };
      return new PutPlace({ url: to.url, headers, ...(query !== undefined && { query }) });
    }
    case 's3':
      return bucketOf(config, to, env);
  }
}

function bucketOf(config: DestinationConfig, to: { bucket: string; prefix: string }, env: Environment): Place {
  const endpoint = config.endpoint ?? env.AWS_ENDPOINT_URL_S3 ?? env.AWS_ENDPOINT_URL;
  const region = config.region ?? env.AWS_REGION ?? env.AWS_DEFAULT_REGION ?? DEFAULT_REGION;
  const sessionToken = secretOf('sessionToken', config.sessionToken, env) ?? env.AWS_SESSION_TOKEN;
  return new S3Place({
    bucket: to.bucket,
    prefix: to.prefix,
    region,
    ...(endpoint !== undefined && endpoint !== '' && { endpoint }),
    accessKeyId: secretOf('accessKeyId', config.accessKeyId ?? { env: 'AWS_ACCESS_KEY_ID' }, env)!,
    secretAccessKey: secretOf('secretAccessKey', config.secretAccessKey ?? { env: 'AWS_SECRET_ACCESS_KEY' }, env)!,
    ...(sessionToken !== undefined && sessionToken !== '' && { sessionToken }),
  });
}

function secretOf(name: string, source: SecretSource | undefined, env: Environment): string | undefined {
  if (!source) return undefined;
  try {
    return readSecret(source, env);
  } catch (cause) {
    throw new Error(`${name} ${(cause as Error).message}`, { cause });
  }
}
