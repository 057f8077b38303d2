type Props = { title: string; html: string; height?: number };

/** A mail's HTML in a frame without rights: no script, no form, no way out of it. Mails are written for a light page. */
export function MailFrame({ title, html, height = 220 }: Props) {
  return (
    <iframe
      title={title}
      sandbox=""
      referrerPolicy="no-referrer"
      srcDoc={`<!doctype html><meta charset="utf-8"><style>body{font:14px/1.5 sans-serif;color:#111;background:#fff;margin:12px;overflow-wrap:anywhere}</style>${html}`}
      style={{
        width: '100%',
        minHeight: height,
        height,
        border: '1px solid var(--mantine-color-default-border)',
        borderRadius: 'var(--mantine-radius-md)',
        background: '#fff',
        colorScheme: 'light',
      }}
    />
  );
}
