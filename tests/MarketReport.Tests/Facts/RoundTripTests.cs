using System.Text.Json;
using MarketReport.Writing;

namespace MarketReport.Tests.Facts;

public sealed class RoundTripTests
{
    [Fact]
    public void Everything_that_flows_between_tasks_survives_json()
    {
        var report = Reported.Sample();

        AssertSurvives(report.Data);
        Assert.All(report.Sheets, AssertSurvives);
        Assert.All(report.Charts, AssertSurvives);
        AssertSurvives(report.Document);
        AssertSurvives(Prose.Fill("In 1234 and {{nothing}}. So {{focus}}.", report.Facts.Values));
        AssertSurvives(Prose.Check("In 1234 and {{nothing}}. So {{focus}}.", report.Facts.Values));
    }

    [Fact]
    public void Analyses_of_data_that_went_through_json_are_the_same()
    {
        var report = Reported.Sample();
        var copy = new Reported(Copy(report.Data), "Battery-electric cars in Europe");

        Assert.Equal(Json(report.Sheets), Json(copy.Sheets));
        Assert.Equal(Json(report.Document), Json(copy.Document));
    }

    private static void AssertSurvives<T>(T value) => Assert.Equal(Json(value), Json(Copy(value)));

    private static T Copy<T>(T value) => JsonSerializer.Deserialize<T>(Json(value), JsonSerializerOptions.Web)!;

    private static string Json<T>(T value) => JsonSerializer.Serialize(value, JsonSerializerOptions.Web);
}
