using System.Globalization;

namespace MarketReport.Charts;

/// <summary>The range of an axis that starts or ends at zero, with round steps.</summary>
internal sealed record ValueRange(double Minimum, double Maximum, double Step)
{
    private const int Steps = 5;
    private static readonly double[] RoundSteps = [1, 2, 2.5, 5, 10];

    public static ValueRange Of(IEnumerable<double> values)
    {
        var all = values.Append(0).ToList();
        var (minimum, maximum) = (all.Min(), all.Max());
        if (maximum - minimum <= 0)
        {
            return new ValueRange(0, 1, 1);
        }

        var raw = (maximum - minimum) / Steps;
        var magnitude = Math.Pow(10, Math.Floor(Math.Log10(raw)));
        var step = RoundSteps.Select(round => round * magnitude).First(candidate => candidate >= raw * 0.999);
        return new ValueRange(Math.Floor(minimum / step) * step, Math.Ceiling(maximum / step) * step, step);
    }

    public IEnumerable<string> Labels()
    {
        for (var value = Minimum; value <= Maximum + Step / 2; value += Step)
        {
            yield return Label(value);
        }
    }

    public string Label(double value)
    {
        var largest = Math.Max(Math.Abs(Minimum), Math.Abs(Maximum));
        var (scale, suffix) = largest switch
        {
            >= 5e15 => (1, ""),
            >= 5e9 => (1e9, " billion"),
            >= 5e6 => (1e6, " million"),
            _ => (1, ""),
        };
        var shown = Math.Abs(value) < Step / 1000 ? 0 : value / scale;
        return shown == 0 ? "0" : shown.ToString(largest >= 5e15 ? "0.##e+0" : "#,0.#####", CultureInfo.InvariantCulture) + suffix;
    }
}
