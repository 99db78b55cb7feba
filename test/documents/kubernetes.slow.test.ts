/** docs/kubernetes: every object by Kubernetes' own schemas, and what has to agree between them and heapwatch. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { before, describe, it } from 'node:test';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { parse, parseAllDocuments } from 'yaml';
import { readConfig } from '../../collector/config/config.ts';
import { install } from '../support/install.ts';
import { projectRoot } from '../support/project.ts';

const run = promisify(execFile);
const FOLDER = join(projectRoot, 'docs/kubernetes');
const SCHEMAS = 'kubernetes-models@5.1.0';

// what a manifest holds is looked at by schemas, and by what is asked of it here
// biome-ignore lint/suspicious/noExplicitAny: see above
type Manifest = any;

interface Found {
  readonly file: string;
  readonly object: Manifest;
}

const files = readdirSync(FOLDER).filter((name) => name !== 'kustomization.yaml');
const found: Found[] = files.flatMap((file) =>
  parseAllDocuments(readFileSync(join(FOLDER, file), 'utf8')).map((document) => ({ file, object: document.toJS() })),
);
const nameOf = ({ file, object }: Found) => `${file}: ${object.kind} ${object.metadata.name}`;
const workloads = found.filter(({ object }) => object.spec?.template);
const configs = found.filter(({ object }) => object.data?.['heapwatch.yaml'] !== undefined);
const configOf = ({ object }: Found) =>
  readConfig({ file: { name: 'heapwatch.yaml', text: object.data['heapwatch.yaml'] } });

/** `apps/v1`, `v1`: where the package has the model of a kind. */
const moduleOf = ({ object }: Found) => `kubernetes-models/${object.apiVersion}`;

let home: string;

before(async () => {
  home = await install('kubernetes-models-5.1.0', [SCHEMAS]);
});

describe('manifests', () => {
  it('are as the schemas of Kubernetes say', async () => {
    for (const each of found) {
      const { apiVersion, kind } = each.object;
      const file = join(home, 'node_modules/kubernetes-models', apiVersion, `${kind}.js`);
      assert.ok(existsSync(file), `${nameOf(each)}: no such kind in ${apiVersion}`);
      const models = await import(pathToFileURL(file).href);
      assert.doesNotThrow(() => new models[kind](each.object).validate(), nameOf(each));
    }
  });

  it('have no key that Kubernetes does not know', async () => {
    assert.equal(await unknownKeys(found), '');
    const [first] = workloads;
    const slip = structuredClone(first!.object);
    slip.spec.template.spec.containers[0].imagePullPolcy = 'Always';
    assert.match(await unknownKeys([{ file: 'slip.yaml', object: slip }]), /imagePullPolcy/);
  });

  it('are listed by kustomization.yaml, but for those that are examples of programs', () => {
    const { resources } = parse(readFileSync(join(FOLDER, 'kustomization.yaml'), 'utf8'));
    for (const file of resources) assert.ok(existsSync(join(FOLDER, file)), file);
    assert.deepEqual([...resources, 'in-process.yaml', 'sidecar.yaml'].sort(), files.sort());
  });

  it('name only volumes, config maps and ports that are there', () => {
    const names = new Set(found.map(({ object }) => `${object.kind} ${object.metadata.name}`));
    for (const each of workloads) {
      const { containers, volumes = [] } = each.object.spec.template.spec;
      const claims = each.object.spec.volumeClaimTemplates ?? [];
      const mountable = new Set([...volumes, ...claims].map((volume) => volume.name ?? volume.metadata.name));
      for (const { configMap } of volumes) {
        if (configMap) assert.ok(names.has(`ConfigMap ${configMap.name}`), `${nameOf(each)}: ${configMap.name}`);
      }
      for (const container of containers) {
        for (const { name } of container.volumeMounts ?? []) assert.ok(mountable.has(name), `${nameOf(each)}: ${name}`);
        const ports = new Set((container.ports ?? []).map(({ name }: { name: string }) => name));
        for (const probe of probesOf(container)) assert.ok(ports.has(probe.httpGet.port), `${nameOf(each)}: port`);
      }
      assert.deepEqual(each.object.spec.selector.matchLabels, each.object.spec.template.metadata.labels, nameOf(each));
    }
  });
});

describe('what runs there', () => {
  it('has configurations that can be read', () => {
    assert.equal(configs.length, 3);
    for (const each of configs) assert.doesNotThrow(() => configOf(each), nameOf(each));
  });

  it('gets the time that it takes to let its targets go', () => {
    const graceMs = Math.max(...configs.map((each) => configOf(each).graceMs));
    for (const each of workloads) {
      const { terminationGracePeriodSeconds: seconds } = each.object.spec.template.spec;
      assert.ok(seconds * 1_000 > graceMs + 5_000, nameOf(each));
    }
  });

  it('is not killed by a probe for what heapwatch does to it', () => {
    const maxPauseMs = Math.max(
      ...configs.flatMap((each) => configOf(each).targets.map(({ limits }) => limits.maxPauseMs)),
    );
    for (const each of workloads) {
      for (const { livenessProbe } of each.object.spec.template.spec.containers) {
        if (!livenessProbe) continue;
        const { periodSeconds, timeoutSeconds, failureThreshold } = livenessProbe;
        assert.ok(timeoutSeconds * 1_000 >= 2 * maxPauseMs, `${nameOf(each)}: timeoutSeconds`);
        assert.ok(periodSeconds * failureThreshold >= 30, `${nameOf(each)}: it is killed after one look`);
      }
    }
  });

  it('shares what it has to share', () => {
    const podOf = (file: string) => workloads.find((each) => each.file === file)!.object.spec.template.spec;
    assert.equal(podOf('sidecar.yaml').shareProcessNamespace, true);
    assert.deepEqual([podOf('agents.yaml').hostPID, podOf('agents.yaml').hostNetwork], [true, true]);
    const { env } = podOf('in-process.yaml').containers[0];
    assert.equal(env.find(({ name }: { name: string }) => name === 'NODE_OPTIONS').value, '--import heapwatch/agent');
    for (const { kind, rules } of found.map(({ object }) => object)) {
      if (kind === 'ClusterRole') assert.deepEqual(rules, [{ apiGroups: [''], resources: ['pods'], verbs: ['list'] }]);
    }
  });
});

function probesOf({ startupProbe, livenessProbe, readinessProbe }: Manifest): Manifest[] {
  return [startupProbe, livenessProbe, readinessProbe].filter(Boolean);
}

/** What the compiler says of the objects as values of the package's types, which refuse what is beyond them. */
async function unknownKeys(objects: readonly Found[]): Promise<string> {
  const program = objects
    .map((each, at) => {
      const { kind } = each.object;
      return `import type { I${kind} as T${at} } from '${moduleOf(each)}';\nexport const o${at}: T${at} = ${JSON.stringify(each.object)};`;
    })
    .join('\n');
  const file = join(home, `manifests-${process.pid}.mts`);
  await writeFile(file, program);
  const flags = ['--ignoreConfig', '--noEmit', '--strict', '--skipLibCheck', '--module', 'nodenext', '--types', ''];
  const tsc = join(projectRoot, 'node_modules/.bin/tsc');
  try {
    await run(tsc, [...flags, file], { cwd: home });
    return '';
  } catch (error) {
    return (error as { stdout: string }).stdout;
  } finally {
    await rm(file);
  }
}
