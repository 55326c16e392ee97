// Medians and quantiles, as NumPy gives them.

export const median = (values) => quantile(values, 0.5);

export function quantile(values, share) {
  if (!values.length) return NaN;
  const sorted = [...values].sort((one, other) => one - other);
  const position = share * (sorted.length - 1);
  const [low, high] = [sorted[Math.floor(position)], sorted[Math.ceil(position)]];
  return low + (position - Math.floor(position)) * (high - low);
}
