/** Middle of the values; NaN where there are none. */
export function median(values: readonly number[]): number {
  const sorted = Float64Array.from(values).sort();
  const middle = (sorted.length - 1) / 2;
  const [low = Number.NaN, high = Number.NaN] = [sorted[Math.floor(middle)], sorted[Math.ceil(middle)]];
  return (low + high) / 2;
}

/** The value that a share `p` (0 to 1) of the values does not exceed; NaN where there are none. */
export function quantile(values: readonly number[], p: number): number {
  const sorted = Float64Array.from(values).sort();
  return sorted[Math.ceil(p * sorted.length) - 1] ?? Number.NaN;
}

/** Median absolute deviation about zero, as the standard deviation of normal values (Rousseeuw and Croux 1993). */
export function spread(residuals: readonly number[]): number {
  return 1.4826 * median(residuals.map(Math.abs));
}

/** Median of the slopes between all pairs, a step (Theil 1950, Sen 1968); 0 for fewer than two points. */
export function slope(points: readonly { readonly x: number; readonly y: number }[]): number {
  const slopes = points.flatMap((left, at) =>
    points.slice(at + 1).map((right) => (right.y - left.y) / (right.x - left.x)),
  );
  return slopes.length > 0 ? median(slopes) : 0;
}
