import { createFileRoute } from '@tanstack/react-router';
import { RouteNotFound } from '../../components/route-states.tsx';

/** Everything that no other route takes: said inside the shell, with the way out beside it. */
export const Route = createFileRoute('/_app/$')({ component: RouteNotFound });
