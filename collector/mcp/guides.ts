/** The pages of docs/, for assistants: `heapwatch://docs/alerts`, and the glossary by a name of its own. */
import { readdirSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import type { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';

/** Beside the program, in the package as in a checkout. */
const DOCS = new URL('../../../docs/', import.meta.url);
const PAGE = /^([a-z-]+)\.md$/;
const TYPE = { mimeType: 'text/markdown' } as const;

export function addGuides(server: McpServer): void {
  for (const name of pageNames()) {
    const title = name[0]!.toUpperCase() + name.slice(1).replaceAll('-', ' ');
    const about = { ...TYPE, title, description: `A page of heapwatch's documentation: ${title.toLowerCase()}` };
    const page = new URL(`${name}.md`, DOCS);
    const uris = [`heapwatch://docs/${name}`, ...(name === 'glossary' ? ['heapwatch://glossary'] : [])];
    for (const uri of uris) {
      server.registerResource(uri.slice('heapwatch://'.length), uri, about, async () => ({
        contents: [{ uri, ...TYPE, text: await readFile(page, 'utf8') }],
      }));
    }
  }
}

function pageNames(): string[] {
  return readdirSync(fileURLToPath(DOCS)).flatMap((file) => PAGE.exec(file)?.[1] ?? []);
}
