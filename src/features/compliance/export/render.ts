import type { PairInfo } from '../plan/pair.ts';
import type { ExportQuery, Finding } from '../schema.ts';
import { csvHeader, toCsvLine } from './csv.ts';
import { toOcsf } from './ocsf.ts';
import { sarifHead, sarifTail, toSarifResult } from './sarif.ts';

export const EXPORT_TYPES: Readonly<Record<ExportQuery['format'], string>> = {
  csv: 'text/csv; charset=utf-8; header=present',
  sarif: 'application/sarif+json',
  ocsf: 'application/x-ndjson',
};

type Of = { readonly tenantId: string; readonly at: Date; readonly rules: readonly PairInfo[] };

/** Findings as the text of a file, a piece for each page of them. */
export async function* renderFindings(
  format: ExportQuery['format'],
  pages: AsyncIterable<readonly Finding[]>,
  of: Of,
): AsyncGenerator<string> {
  if (format === 'csv') yield csvHeader;
  if (format === 'sarif') yield sarifHead(of.rules);
  let isFirst = true;
  for await (const page of pages) {
    const results = page.map((finding) => {
      if (format === 'csv') return toCsvLine(finding);
      if (format === 'ocsf') return `${JSON.stringify(toOcsf(finding, of))}\n`;
      const comma = isFirst ? '' : ',';
      isFirst = false;
      return `${comma}${toSarifResult(finding)}`;
    });
    yield results.join('');
  }
  if (format === 'sarif') yield sarifTail;
}
