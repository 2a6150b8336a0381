namespace MarketReport.Charts;

/// <summary>The unit in which times up to some length are read most easily.</summary>
internal sealed record TimeUnit(string Name, TimeSpan Length)
{
    public static TimeUnit For(TimeSpan longest) => longest switch
    {
        { TotalSeconds: < 2 } => new TimeUnit("milliseconds", TimeSpan.FromMilliseconds(1)),
        { TotalMinutes: < 3 } => new TimeUnit("seconds", TimeSpan.FromSeconds(1)),
        { TotalHours: < 3 } => new TimeUnit("minutes", TimeSpan.FromMinutes(1)),
        _ => new TimeUnit("hours", TimeSpan.FromHours(1)),
    };

    public double Of(TimeSpan time) => time / Length;

    public string Text(TimeSpan time) => Of(time).ToString(Length < TimeSpan.FromSeconds(1) ? "#,0" : "#,0.0", System.Globalization.CultureInfo.InvariantCulture);
}
