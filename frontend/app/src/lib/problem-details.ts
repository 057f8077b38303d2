import { problemCode, problemText } from './problem.ts';

/** Everything that support asks for first, as plain text to paste. */
export function problemDetails(error: unknown, now = new Date()): string {
  const { title, detail, requestId } = problemText(error);
  const lines = [
    title,
    detail,
    problemCode(error) && `Code: ${problemCode(error)}`,
    requestId && `Reference: ${requestId}`,
    `Page: ${window.location.pathname}${window.location.search}`,
    `Time: ${now.toISOString()}`,
    `Browser: ${navigator.userAgent}`,
  ];
  return lines.filter(Boolean).join('\n');
}
