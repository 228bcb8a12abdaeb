const ENTITIES: Readonly<Record<string, string>> = {
  '&amp;': '&',
  '&lt;': '<',
  '&gt;': '>',
  '&quot;': '"',
  '&#39;': "'",
  '&nbsp;': ' ',
};
const MAX_STEPS = 50;

/** Azure's remediation text, which is HTML, as steps in plain text; links keep their address in brackets. */
export function toSteps(html: string | undefined): string[] {
  if (!html) return [];
  const plain = html
    .replace(/<a\b[^>]*?href\s*=\s*["']?([^"'\s>]+)[^>]*>(.*?)<\/a>/gis, '$2 ($1)')
    .replace(/<(br|li|p|div|ol|ul|h\d)\b[^>]*>/gi, '\n')
    .replace(/<[^>]*>/g, '')
    .replace(/&(amp|lt|gt|quot|#39|nbsp);/g, (entity) => ENTITIES[entity] ?? entity);
  return plain
    .split(/\n|(?<=^|[\s:.])(?=\d{1,2}\.\s)/)
    .map((step) =>
      step
        .replace(/\s+/g, ' ')
        .replace(/^\d{1,2}\.\s*/, '')
        .trim(),
    )
    .filter((step) => step !== '')
    .slice(0, MAX_STEPS);
}
