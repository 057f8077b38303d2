import { getServiceStatusOptions } from '@mailwarden/api-client/react-query';

/** The same answer as the banners': one request serves both. */
export const serviceStatusOptions = () => ({ ...getServiceStatusOptions(), refetchInterval: 60_000 });
