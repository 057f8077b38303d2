"""All reports by name. A new one is a line here; the route, its description and the job follow."""

from mailwarden.exports.report import Report
from mailwarden.exports.reports.alerts import AlertsReport
from mailwarden.exports.reports.campaigns import CampaignsReport
from mailwarden.exports.reports.dashboard import DashboardReport
from mailwarden.exports.reports.deliverability import DeliverabilityReport
from mailwarden.exports.reports.sync_history import SyncHistoryReport

ALL: tuple[Report, ...] = (
    DashboardReport(),
    CampaignsReport(),
    SyncHistoryReport(),
    DeliverabilityReport(),
    AlertsReport(),
)
REPORTS: dict[str, Report] = {report.name: report for report in ALL}
