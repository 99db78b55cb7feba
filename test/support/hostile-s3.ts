/**
 * A server that speaks S3 as far as a sender needs it, tells its uploads that have no end, and can be hostile: by what `hostile`
 * answers. Nothing is kept but lengths.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface HostileS3 extends AsyncDisposable {
  readonly endpoint: string;
  /** By key: bytes of objects that are there as a whole. */
  readonly objects: ReadonlyMap<string, number>;
  /** Uploads that have no end. */
  readonly uploads: ReadonlyMap<string, { readonly key: string }>;
  /** Requests, `PUT part`. */
  readonly requests: readonly string[];
  /** Resolves when so many parts have come. */
  parts(count: number): Promise<void>;
}

/** @param hostile answers in its own way, and says whether it did */
export async function hostileS3(
  hostile: (what: string, request: IncomingMessage, response: ServerResponse) => boolean = () => false,
): Promise<HostileS3> {
  const objects = new Map<string, number>();
  const uploads = new Map<string, { key: string; bytes: number }>();
  const requests: string[] = [];
  let parts = 0;
  let wake = () => {};
  const server = createServer(async (request, response) => {
    const url = new URL(request.url!, 'http://s3');
    const uploadId = url.searchParams.get('uploadId');
    const isOfUploads = url.searchParams.has('uploads');
    const sort = url.searchParams.has('partNumber') ? 'part' : uploadId ? 'upload' : isOfUploads ? 'uploads' : 'object';
    const what = `${request.method} ${sort}`;
    requests.push(what);
    const key = decodeURIComponent(url.pathname).replace(/^\/[^/]+\//, '');
    if (hostile(what, request, response)) return;
    let bytes = 0;
    try {
      for await (const chunk of request as AsyncIterable<Buffer>) bytes += chunk.length;
    } catch {
      return; // it was cut off
    }
    const upload = uploads.get(uploadId ?? '');
    if (uploadId && !upload) return void response.writeHead(404).end('<Error><Code>NoSuchUpload</Code></Error>');
    if (what === 'GET uploads') {
      const all = [...uploads].map(
        ([id, { key }]) =>
          `<Upload><Key>${key}</Key><UploadId>${id}</UploadId><Initiated>2099-01-01T00:00:00Z</Initiated></Upload>`,
      );
      return void response.end(`<ListMultipartUploadsResult>${all.join('')}</ListMultipartUploadsResult>`);
    }
    if (what === 'POST uploads') {
      const id = `upload-${requests.length}`;
      uploads.set(id, { key, bytes: 0 });
      return void response.end(
        `<InitiateMultipartUploadResult><UploadId>${id}</UploadId></InitiateMultipartUploadResult>`,
      );
    }
    if (what === 'PUT part') {
      upload!.bytes += bytes;
      parts++;
      wake();
      return void response.writeHead(200, { ETag: `"${parts}"` }).end();
    }
    if (what === 'POST upload') objects.set(upload!.key, upload!.bytes);
    if (uploadId) uploads.delete(uploadId);
    if (what === 'PUT object') objects.set(key, bytes);
    response.end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    objects,
    uploads,
    requests,
    parts: async (count) => {
      while (parts < count) {
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
