/** The ways in which a program is bundled, compiled and minified. */
import { execFile } from 'node:child_process';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const run = promisify(execFile);

export type Format = 'esm' | 'cjs';

export interface Build {
  readonly name: string;
  /** Whether each file stays a module of its own. */
  readonly hasModules: boolean;
  /** Puts a program into `folder`/out; gives the path of what Node is to run. */
  make(folder: string, files: readonly string[]): Promise<string>;
}

function build(tool: string, format: Format, minify: boolean, make: Build['make']): Build {
  const hasModules = format === 'esm' && (tool === 'swc' || tool === 'tsc');
  return { name: `${tool} ${format}${minify ? ' minified' : ''}`, hasModules, make };
}

const FORMATS: readonly Format[] = ['esm', 'cjs'];
const EXTENSIONS = { esm: 'mjs', cjs: 'cjs' } as const;

/** All builds; each once plain and once minified where the tool minifies. */
export function builds(): Build[] {
  return FORMATS.flatMap((format) => [
    ...[false, true].flatMap((minify) => [
      build('esbuild', format, minify, (folder) => byEsbuild(folder, format, minify)),
      build('rollup', format, minify, (folder) => byRollup(folder, format, minify)),
      build('webpack', format, minify, (folder) => byWebpack(folder, format, minify)),
      build('swc', format, minify, (folder, files) => bySwc(folder, files, format, minify)),
    ]),
    build('tsc', format, false, (folder) => byTsc(folder, format)),
  ]);
}

async function byEsbuild(folder: string, format: Format, minify: boolean): Promise<string> {
  const { build: bundle } = await import('esbuild');
  const outfile = join(folder, `out/app.${EXTENSIONS[format]}`);
  await bundle({
    entryPoints: [join(folder, 'src/main.ts')],
    bundle: true,
    platform: 'node',
    target: 'node20',
    sourcemap: true,
    logLevel: 'silent',
    format,
    minify,
    outfile,
  });
  return outfile;
}

async function byRollup(folder: string, format: Format, minify: boolean): Promise<string> {
  const [{ rollup }, { transform }, terser] = await Promise.all([
    import('rollup'),
    import('esbuild'),
    import('terser'),
  ]);
  const bundle = await rollup({
    input: join(folder, 'src/main.ts'),
    external: /^node:/,
    onwarn: () => {},
    plugins: [
      {
        name: 'typescript',
        resolveId: (source, importer) =>
          source.startsWith('.') && importer ? join(dirname(importer), source.replace(/\.js$/, '.ts')) : null,
        transform: async (code, id) => {
          const made = await transform(code, { loader: 'ts', sourcemap: true, sourcefile: id, target: 'node20' });
          return { code: made.code, map: made.map };
        },
        renderChunk: async (code) => {
          if (!minify) return null;
          const made = await terser.minify(code, { sourceMap: true, module: format === 'esm', toplevel: true });
          return { code: made.code!, map: made.map as string };
        },
      },
    ],
  });
  const file = join(folder, `out/app.${EXTENSIONS[format]}`);
  await bundle.write({ file, format, sourcemap: true });
  return file;
}

/** webpack takes its loaders by path. */
const LOADER = `const { transformSync } = require(${JSON.stringify(fileURLToPath(import.meta.resolve('esbuild')))});
module.exports = function (code) {
  const made = transformSync(code, { loader: 'ts', sourcemap: 'external', sourcefile: this.resourcePath, target: 'node20' });
  this.callback(null, made.code, JSON.parse(made.map));
};
`;

async function byWebpack(folder: string, format: Format, minify: boolean): Promise<string> {
  const { default: webpack } = await import('webpack');
  const loader = join(folder, 'loader.cjs');
  await writeFile(loader, LOADER);
  const filename = `app.${EXTENSIONS[format]}`;
  const compiler = webpack({
    mode: minify ? 'production' : 'none',
    target: 'node20',
    devtool: 'source-map',
    context: folder,
    entry: './src/main.ts',
    experiments: { outputModule: format === 'esm' },
    output: { path: join(folder, 'out'), filename, module: format === 'esm' },
    resolve: { extensionAlias: { '.js': ['.ts'] } },
    module: { rules: [{ test: /\.ts$/, use: loader }] },
  });
  await new Promise<void>((resolve, reject) =>
    compiler!.run((error, stats) => {
      if (error || stats?.hasErrors()) reject(error ?? new Error(stats!.toString('errors-only')));
      else compiler!.close(() => resolve());
    }),
  );
  return join(folder, 'out', filename);
}

async function bySwc(folder: string, files: readonly string[], format: Format, minify: boolean): Promise<string> {
  const { transform } = await import('@swc/core');
  await typed(folder, format);
  for (const file of files) {
    const path = join(folder, file);
    const made = await transform(await readFile(path, 'utf8'), {
      filename: path,
      configFile: false,
      swcrc: false,
      sourceMaps: true,
      minify,
      module: { type: format === 'esm' ? 'es6' : 'commonjs' },
      jsc: {
        target: 'es2022',
        parser: { syntax: 'typescript', decorators: true },
        transform: { decoratorVersion: '2022-03' },
        ...(minify && { minify: { mangle: { toplevel: true }, compress: true, module: format === 'esm' } }),
      },
    });
    const out = join(folder, 'out', basename(file).replace(/\.ts$/, '.js'));
    await writeFile(out, `${made.code}\n//# sourceMappingURL=${basename(out)}.map\n`);
    await writeFile(`${out}.map`, made.map!);
  }
  return join(folder, 'out/main.js');
}

async function byTsc(folder: string, format: Format): Promise<string> {
  await typed(folder, format);
  const tsc = join(dirname(fileURLToPath(import.meta.resolve('typescript/package.json'))), 'bin/tsc');
  const options = ['--outDir', 'out', '--rootDir', 'src', '--sourceMap', '--target', 'es2022', '--types', 'node'];
  const kind = ['--module', 'nodenext', '--moduleResolution', 'nodenext', '--skipLibCheck', '--strict', 'false'];
  const roots = ['--typeRoots', join(dirname(fileURLToPath(import.meta.resolve('@types/node/package.json'))), '..')];
  await run(process.execPath, [tsc, ...options, ...kind, ...roots, 'src/main.ts'], { cwd: folder });
  return join(folder, 'out/main.js');
}

/** What `.js` means there, to Node and to TypeScript. */
async function typed(folder: string, format: Format): Promise<void> {
  const type = JSON.stringify({ type: format === 'esm' ? 'module' : 'commonjs' });
  await mkdir(join(folder, 'out'), { recursive: true });
  await Promise.all([writeFile(join(folder, 'package.json'), type), writeFile(join(folder, 'out/package.json'), type)]);
}
