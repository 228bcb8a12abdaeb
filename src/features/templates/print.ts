import type { Expression } from '#features/policy/index.ts';

/** An expression as a template writes it, without the brackets around. */
export function printExpression(expression: Expression): string {
  switch (expression.kind) {
    case 'literal':
      return typeof expression.value === 'number'
        ? String(expression.value)
        : `'${expression.value.replaceAll("'", "''")}'`;
    case 'call':
      return `${expression.name}(${expression.args.map(printExpression).join(', ')})`;
    case 'access':
      return `${printExpression(expression.target)}${printKey(expression.key)}`;
  }
}

function printKey(key: Expression): string {
  if (key.kind === 'literal' && typeof key.value === 'string' && /^\w+$/.test(key.value))
    return `.${key.value}`;
  return `[${printExpression(key)}]`;
}
