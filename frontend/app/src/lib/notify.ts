import { notifications } from '@mantine/notifications';
import { problemText } from './problem.ts';

export function notifyError(error: unknown): void {
  const { title, detail } = problemText(error);
  notifications.show({ color: 'danger', title, message: detail, autoClose: 10_000, withBorder: true });
}

export function notifyOk(title: string, message?: string): void {
  notifications.show({ color: 'success', title, message, autoClose: 4_000, withBorder: true });
}
