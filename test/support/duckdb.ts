/** DuckDB in memory, from the registry. */
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { install } from './install.ts';

const DUCKDB = '@duckdb/node-api@1.5.6-r.1';

export interface Answer {
  readonly columns: string[];
  readonly rows: unknown[][];
}

/** Its binary is a package of the registry of its own: nothing else is fetched. */
export async function duckdb(): Promise<(sql: string) => Promise<Answer>> {
  const home = await install('duckdb-1.5.6', [DUCKDB]);
  const { DuckDBInstance } = createRequire(join(home, 'node_modules/x.js'))('@duckdb/node-api');
  const connection = await (await DuckDBInstance.create(':memory:')).connect();
  return async (sql) => {
    const reader = await connection.runAndReadAll(sql);
    return { columns: reader.columnNames(), rows: reader.getRows() };
  };
}
