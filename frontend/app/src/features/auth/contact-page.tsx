import { useState } from 'react';
import { filesFault, toAttachments } from '../../lib/files.ts';
import { contactSupport, type Received, supportDesk } from './api.ts';
import { Field } from './field.tsx';
import { Frame } from './frame.tsx';
import { ADDRESS_HINT, LightForm, looksLikeAddress, type Values } from './light-form.tsx';
import { TextField } from './text-field.tsx';

/** What the server takes; it says no to more, too. */
const MB = 2 ** 20;
const MOST = 5;
const TYPES = 'image/png,image/jpeg,image/gif,image/webp,application/pdf,text/plain';

/** For whoever cannot get in: the same desk, the same time to answer. */
export function ContactPage() {
  const [received, setReceived] = useState<Received | null>(null);
  const [files, setFiles] = useState<File[]>([]);
  if (received) return <Sent received={received} />;
  const fault = filesFault(files, MOST, 5 * MB, 10 * MB);
  const send = async (values: Values) => {
    const body = toBody(values);
    setReceived(await contactSupport({ ...body, attachments: await toAttachments(files) }));
  };
  return (
    <Frame
      title="Contact support"
      lead="You get an answer by mail within 24 hours."
      footer={
        <>
          Can you sign in after all? <a href="/sign-in?next=%2Fhelp">Sign in</a>
        </>
      }
    >
      <LightForm submit="Send to support" check={(values) => check(values, fault)} send={send}>
        {(errors) => (
          <>
            <Field name="email" label="Your e-mail" type="email" autoComplete="email" error={errors['email']} />
            <TextField name="description" label="What is the matter?" rows={5} error={errors['description']} />
            <TextField name="steps" label="How can we make it happen? (optional)" rows={2} error={errors['steps']} />
            <TextField
              name="error_text"
              label="Exact words of the error (optional)"
              rows={2}
              error={errors['error_text']}
            />
            <Files error={errors['files']} onPick={setFiles} />
            <label className="auth-check">
              <input type="checkbox" name="security" className="auth-check-box" />
              Somebody may have got at my account: urgent, within 4 hours
            </label>
          </>
        )}
      </LightForm>
      <Address />
    </Frame>
  );
}

const toBody = ({ email = '', description = '', steps, error_text, security }: Values) => ({
  email,
  description,
  steps: steps || null,
  error_text: error_text || null,
  browser: navigator.userAgent.slice(0, 300),
  urgency: security ? ('security' as const) : null,
});

function check(values: Values, filesWrong: string | undefined) {
  const wrong: Record<string, string> = {};
  if (!looksLikeAddress(values['email'])) wrong['email'] = ADDRESS_HINT;
  if (!values['description']) wrong['description'] = 'Tell us what is the matter.';
  if (filesWrong) wrong['files'] = filesWrong;
  return wrong;
}

function Files({ error, onPick }: { error: string | undefined; onPick: (files: File[]) => void }) {
  return (
    <div className="auth-field">
      <label htmlFor="contact-files">Screenshots (optional)</label>
      <input
        id="contact-files"
        type="file"
        multiple
        accept={TYPES}
        aria-describedby="contact-files-hint"
        onChange={(e) => onPick([...(e.target.files ?? [])])}
      />
      <p id="contact-files-hint" className={error ? 'auth-error' : 'auth-hint'}>
        {error ?? 'Up to five images, PDF or text files of at most 5 MB each.'}
      </p>
    </div>
  );
}

/** The address is there for whoever rather writes a mail; asked for only when somebody wants it. */
function Address() {
  const [address, setAddress] = useState('');
  if (address) {
    return (
      <p className="auth-other" role="status">
        Write to <a href={`mailto:${address}`}>{address}</a>
      </p>
    );
  }
  const show = () => void supportDesk().then((desk) => setAddress(desk.address));
  return (
    <p className="auth-other">
      <button type="button" className="auth-link" onClick={show}>
        Rather write a mail
      </button>
    </p>
  );
}

function Sent({ received }: { received: Received }) {
  const due = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'short' });
  return (
    <Frame follows title="We have your request">
      <p>
        Reference <strong>{received.reference}</strong>. You get an answer by mail until{' '}
        <time dateTime={received.due_at}>{due.format(new Date(received.due_at))}</time>.
      </p>
      <a className="auth-submit" href="/sign-in">
        Back to sign-in
      </a>
    </Frame>
  );
}
