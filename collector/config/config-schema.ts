/** The JSON Schema of a configuration file, for editors: `collector/heapwatch.schema.json` holds it. */
import { z } from 'zod';
import { ConfigFile } from './config-file.ts';

export function configSchema(): object {
  const { $schema, ...schema } = z.toJSONSchema(ConfigFile, { io: 'input' });
  return { $schema, title: "heapwatch's collector", ...schema };
}
