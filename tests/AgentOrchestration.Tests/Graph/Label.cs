namespace AgentOrchestration.Tests.Graph;

internal sealed record Label(string Text, int? Count = null, DayOfWeek? Day = null);
