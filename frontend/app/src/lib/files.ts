import { numberFormat } from './formatters.ts';

/** A file's content as Base64, the way the API takes attachments. */
export function toBase64(file: Blob): Promise<string> {
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.onload = () => resolve(String(reader.result).replace(/^[^,]*,/, ''));
    reader.onerror = () => reject(reader.error);
    reader.readAsDataURL(file);
  });
}

export const toAttachments = (files: File[]) =>
  Promise.all(files.map(async (file) => ({ name: file.name, content: await toBase64(file) })));

/** Why these files cannot go along; the server looks at them again. */
export function filesFault(files: File[], most: number, largest: number, together: number): string | undefined {
  const mb = (bytes: number) => `${Math.floor(bytes / 2 ** 20)} MB`;
  if (files.length > most) return `At most ${most} files.`;
  const big = files.find((file) => file.size > largest);
  if (big) return `${big.name} is larger than ${mb(largest)}.`;
  if (files.reduce((sum, file) => sum + file.size, 0) > together) return `Together at most ${mb(together)}.`;
  return undefined;
}

/** The way a browser saves what a page holds already. */
export function saveFile(content: Blob, name: string): void {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(content);
  link.download = name;
  link.click();
  window.setTimeout(() => URL.revokeObjectURL(link.href)); // the click has taken it by then
}

/** "1.2 MB", "17 bytes" */
export function fileSize(bytes: number, locale?: string): string {
  if (bytes < 2 ** 10) return numberFormat(locale, { style: 'unit', unit: 'byte', unitDisplay: 'long' }).format(bytes);
  const [unit, size] = bytes < 2 ** 20 ? ['kilobyte', 2 ** 10] : ['megabyte', 2 ** 20];
  const options: Intl.NumberFormatOptions = { style: 'unit', unit: String(unit), maximumFractionDigits: 1 };
  return numberFormat(locale, options).format(bytes / Number(size));
}
