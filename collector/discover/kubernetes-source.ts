/**
 * Finds a target in each running pod of a namespace that a label selector picks, by Kubernetes' API (v1, list of pods, in pages).
 *
 *     GET /api/v1/namespaces/shop/pods?labelSelector=app=api     with the token of a service account, read anew at each look
 *     └─> pods ──> podIP:port, named as the pod; pods of one owner are one group
 *
 * Annotations of a pod: `heapwatch/port` is the port of its inspector, `heapwatch/ignore: "true"` leaves it out.
 */
import { type IncomingMessage, request as plainRequest } from 'node:http';
import { request as secureRequest } from 'node:https';
import { isIP } from 'node:net';
import { z } from 'zod';
import { readBounded } from '../../agent/base/bounded-file.ts';
import { outside } from '../../agent/base/outside-schema.ts';
import { TEXT_LENGTHS } from '../../agent/base/outside-text.ts';
import { addressText } from '../../agent/base/target.ts';
import { Timeout } from '../../agent/base/waiting.ts';
import type { PodsOf } from '../config/discover-config.ts';
import type { DiscoveredTarget } from './discovered-target.ts';

/** How long a look may take in all. */
const LOOK_MS = 10_000;
/** Pods of a page. */
const PAGE = 500;
/** Pages of a look: the rest is left out. */
const MAX_PAGES = 20;
/** A pod's description has some 10 KB. */
const MAX_PAGE_BYTES = 64 * 2 ** 20;
/** A token has 1 or 2 KB. */
const MAX_TOKEN_BYTES = 65_536;
const MAX_CA_BYTES = 2 ** 20;

const Texts = z.record(z.string().max(TEXT_LENGTHS.label), outside(TEXT_LENGTHS.label));

const Pod = z.looseObject({
  metadata: z.looseObject({
    name: outside(TEXT_LENGTHS.label),
    labels: Texts.optional(),
    annotations: z.record(z.string(), z.string()).optional(),
    ownerReferences: z.array(z.looseObject({ name: outside(TEXT_LENGTHS.label) })).optional(),
  }),
  spec: z.looseObject({ nodeName: outside(TEXT_LENGTHS.label).optional() }).optional(),
  status: z.looseObject({ podIP: z.string().optional(), phase: z.string().optional() }).optional(),
});
type Pod = z.infer<typeof Pod>;

const PodList = z.looseObject({
  metadata: z.looseObject({ continue: z.string().optional() }).optional(),
  items: z.array(Pod),
});

export class KubernetesSource {
  readonly isFinal = false;
  readonly lookMs = LOOK_MS;
  readonly #pods: PodsOf;

  constructor(pods: PodsOf) {
    this.#pods = pods;
  }

  get text(): string {
    const { namespace, selector } = this.#pods;
    return `pods ${selector === '' ? 'of' : `${selector} in`} ${namespace}`;
  }

  async look(signal: AbortSignal, warn: (problem: string) => void): Promise<readonly DiscoveredTarget[]> {
    using limit = new Timeout(LOOK_MS, signal);
    const found: DiscoveredTarget[] = [];
    let from: string | undefined;
    for (let page = 0; page < MAX_PAGES; page++) {
      const { items, metadata } = this.#list(await this.#page(from, limit.signal));
      for (const pod of items) {
        const target = this.#target(pod);
        if (target) found.push(target);
      }
      from = metadata?.continue;
      if (from === undefined || from === '') return found;
    }
    warn(`there are more than ${MAX_PAGES * PAGE} pods, the rest is left out: name a selector`);
    return found;
  }

  #list(text: string): z.infer<typeof PodList> {
    const list = PodList.safeParse(parsed(text));
    if (list.success) return list.data;
    throw new Error(`Cannot list ${this.text}: the answer of ${new URL(this.#pods.api).host} is no list of pods`);
  }

  /** Null for one that does not run, or is to be left out. */
  #target({ metadata, spec, status }: Pod): DiscoveredTarget | null {
    const { name, labels = {}, annotations = {}, ownerReferences = [] } = metadata;
    if (status?.phase !== 'Running' || !isIP(status.podIP ?? '') || annotations['heapwatch/ignore'] === 'true')
      return null;
    const port = Number(annotations['heapwatch/port'] ?? this.#pods.port);
    if (!Number.isInteger(port) || port < 1 || port > 65_535) return null;
    const owner = ownerReferences[0]?.name;
    return {
      address: addressText(status.podIP!, port),
      name,
      labels: { ...labels, namespace: this.#pods.namespace, ...(spec?.nodeName && { node: spec.nodeName }) },
      ...(owner !== undefined && { group: owner }),
    };
  }

  async #page(from: string | undefined, signal: AbortSignal): Promise<string> {
    const { api, namespace, selector, tokenFile, caFile } = this.#pods;
    const url = new URL(`/api/v1/namespaces/${encodeURIComponent(namespace)}/pods`, api);
    url.searchParams.set('limit', String(PAGE));
    if (selector !== '') url.searchParams.set('labelSelector', selector);
    if (from !== undefined) url.searchParams.set('continue', from);
    const token = (await readBounded(tokenFile, MAX_TOKEN_BYTES)).trim();
    const ca = url.protocol === 'https:' ? await readBounded(caFile, MAX_CA_BYTES) : undefined;
    const headers = { Authorization: `Bearer ${token}`, Accept: 'application/json' };
    const response = await answerTo(url, { headers, agent: false, signal, ...(ca !== undefined && { ca }) });
    const text = await textOf(response);
    if (response.statusCode === 200) return text;
    throw new Error(
      `Cannot list ${this.text}: ${url.host} answered ${response.statusCode}${HINTS[response.statusCode!] ?? ''}`,
    );
  }
}

const HINTS: Readonly<Record<number, string>> = {
  401: ', the token of the service account is not valid',
  403: ', the service account needs the right to list pods in this namespace',
  404: ', there is no such namespace, or this is no API of Kubernetes',
};

/** Undefined for what is no JSON. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Redirections are not followed: the token is for nobody else. */
async function answerTo(url: URL, options: object): Promise<IncomingMessage> {
  const sent = (url.protocol === 'https:' ? secureRequest : plainRequest)(url, options);
  return await new Promise((resolve, reject) => {
    sent.on('response', resolve);
    sent.on('error', reject);
    sent.end();
  });
}

async function textOf(response: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > MAX_PAGE_BYTES) throw new Error(`its answer is longer than ${MAX_PAGE_BYTES} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString();
}
