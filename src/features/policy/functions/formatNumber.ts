import { rejection } from '../expressions/fault.ts';

type Formatter = (value: number, precision: number | null, lower: boolean) => string;

/** .NET standard numeric formats, invariant culture. One entry per specifier. */
const formatters: Readonly<Record<string, Formatter>> = {
  D: (value, precision) => signed(value, String(Math.abs(whole(value))).padStart(precision ?? 0, '0')),
  F: (value, precision) => value.toFixed(precision ?? 2),
  N: (value, precision) => grouped(value, precision ?? 2),
  P: (value, precision) => `${grouped(value * 100, precision ?? 2)} %`,
  C: (value, precision) => signed(value, `¤${grouped(Math.abs(value), precision ?? 2)}`),
  E: (value, precision, lower) => exponential(value, precision ?? 6, lower),
  X: (value, precision, lower) => hexadecimal(value, precision ?? 0, lower),
  G: (value, precision) => (precision ? String(Number(value.toPrecision(precision))) : String(value)),
  R: (value) => String(value),
};

/**
 * A number in a .NET format (`F2`, `N0`, `X4` …, or a custom picture of `0`, `#`, `,` and `.`).
 * @throws ExpressionFault on an unknown specifier.
 */
export function formatNumber(value: number, specifier: string): string {
  if (specifier === '') return String(value);
  const standard = /^([A-Za-z])(\d{0,3})$/.exec(specifier);
  if (standard === null) return custom(value, specifier);
  const letter = standard[1] ?? '';
  const formatter = formatters[letter.toUpperCase()];
  if (formatter === undefined) throw rejection(`format(): invalid numeric format specifier ${specifier}`);
  const precision = standard[2] ? Math.min(Number(standard[2]), 99) : null;
  return formatter(value, precision, letter === letter.toLowerCase());
}

function whole(value: number): number {
  if (!Number.isInteger(value)) throw rejection('format(): this format takes whole numbers only');
  return value;
}

function signed(value: number, digits: string): string {
  return value < 0 ? `-${digits}` : digits;
}

function grouped(value: number, precision: number): string {
  return value.toLocaleString('en-US', {
    minimumFractionDigits: precision,
    maximumFractionDigits: precision,
  });
}

function exponential(value: number, precision: number, lower: boolean): string {
  const [mantissa = '', exponent = '0'] = value.toExponential(precision).split('e');
  const power = Number(exponent);
  return `${mantissa}${lower ? 'e' : 'E'}${power < 0 ? '-' : '+'}${String(Math.abs(power)).padStart(3, '0')}`;
}

function hexadecimal(value: number, precision: number, lower: boolean): string {
  const integer = BigInt(whole(value));
  const digits = BigInt.asUintN(integer < 0n ? (value >= -0x8000_0000 ? 32 : 64) : 64, integer).toString(16);
  return (lower ? digits : digits.toUpperCase()).padStart(precision, '0');
}

function custom(value: number, picture: string): string {
  if (!/^[#0,]*(?:\.[#0]*)?$/.test(picture))
    throw rejection(`format(): invalid numeric format specifier ${picture}`);
  const [integers = '', fraction = ''] = picture.split('.');
  const least = fraction.split('').filter((char) => char === '0').length;
  const digits = value.toLocaleString('en-US', {
    useGrouping: integers.includes(','),
    minimumIntegerDigits: Math.min(21, Math.max(1, integers.split('').filter((char) => char === '0').length)),
    minimumFractionDigits: Math.min(least, 20),
    maximumFractionDigits: Math.min(fraction.length, 20),
  });
  return digits;
}
