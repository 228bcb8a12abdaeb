import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { checkUrl } from '../../src/features/webhooks/index.ts';

const Labelled = z.array(z.object({ url: z.string(), expect: z.enum(['allow', 'block']) }));

/** Judges a file of labelled URLs: `node scripts/webhooks/check-url.ts FILE.json`. */
function main(file: string | undefined): number {
  if (!file) {
    console.error(
      'usage: npm run webhooks:check-url -- FILE.json   (a list of {"url", "expect": "allow" | "block"})',
    );
    return 2;
  }
  const urls = Labelled.parse(JSON.parse(readFileSync(file, 'utf8')));
  const failed = urls.flatMap(({ url, expect }) => {
    const judgement = checkUrl(url);
    if (judgement.ok === (expect === 'allow')) return [];
    const found = judgement.ok ? 'allowed' : `blocked (${judgement.code}: ${judgement.reason})`;
    return [`${JSON.stringify(url)}: expected ${expect}, was ${found}`];
  });
  console.log(`${urls.length - failed.length} passed, ${failed.length} failed`);
  for (const line of failed) console.log(line);
  return failed.length === 0 ? 0 : 1;
}

process.exitCode = main(process.argv[2]);
