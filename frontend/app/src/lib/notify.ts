import { problemText } from './problem.ts';

/** Toasts load when the first one is shown: most visits never need them. */
const show = async (color: string, title: string, message: string | undefined, autoClose: number) => {
  const { notifications } = await import('@mantine/notifications');
  notifications.show({ color, title, message, autoClose, withBorder: true });
};

export function notifyError(error: unknown): void {
  const { title, detail } = problemText(error);
  void show('danger', title, detail, 10_000);
}

export function notifyOk(title: string, message?: string): void {
  void show('success', title, message, 4_000);
}

/** For what failed without an error of ours, such as a test that found something. */
export function notifyTrouble(title: string, message?: string): void {
  void show('danger', title, message, 10_000);
}
