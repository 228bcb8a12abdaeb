import { hash } from 'node:crypto';
import type { BlobItem, ContainerClient } from '@azure/storage-blob';
import * as z from 'zod';
import type { Item } from './item.ts';
import type { Page, Source } from './source.ts';

const Line = z.object({ name: z.string(), contentType: z.string(), content: z.base64() });

/** A blob container; its parts are its blobs. One blob at a time is in memory. */
export function containerSource(client: ContainerClient): Source {
  async function itemOf(blob: BlobItem): Promise<Item | undefined> {
    const response = await client.getBlobClient(blob.name).downloadToBuffer().catch(orGone);
    if (!response) return undefined;
    const { contentType = 'application/octet-stream' } = blob.properties;
    const line = JSON.stringify({ name: blob.name, contentType, content: response.toString('base64') });
    return { part: blob.name, state: blob.properties.etag, line };
  }

  async function* itemsOf(blobs: readonly BlobItem[]): AsyncGenerator<Item> {
    for (const blob of blobs) {
      const item = await itemOf(blob);
      if (item) yield item;
    }
  }

  return {
    kind: 'container',
    name: client.containerName,
    async *pages(token): AsyncGenerator<Page> {
      const settings = { maxPageSize: 200, ...(token !== undefined && { continuationToken: token }) };
      for await (const page of client.listBlobsFlat().byPage(settings)) {
        // An empty marker is how the service says that there is no more.
        const next = page.continuationToken === '' ? undefined : page.continuationToken;
        yield { items: itemsOf(page.segment.blobItems), next };
      }
    },
    async *part(part): AsyncGenerator<Item> {
      for await (const blob of client.listBlobsFlat({ prefix: part }))
        if (blob.name === part) yield* itemsOf([blob]);
    },
    async *states(): AsyncGenerator<Item> {
      for await (const { name, properties } of client.listBlobsFlat())
        yield { part: name, state: properties.etag, line: '' };
    },
    async write(lines): Promise<void> {
      for (const text of lines) {
        const { name, contentType, content } = Line.parse(JSON.parse(text));
        const bytes = Buffer.from(content, 'base64');
        const options = { blobHTTPHeaders: { blobContentType: contentType } };
        await client.getBlockBlobClient(name).uploadData(bytes, options);
      }
    },
  };
}

/** Undefined for a blob that was deleted between the listing and the reading. */
function orGone(error: unknown): undefined {
  if ((error as { statusCode?: number }).statusCode !== 404) throw error;
  return undefined;
}

/** For the names of files. */
export function fileNameOf(part: string): string {
  return hash('sha256', part).slice(0, 32);
}
