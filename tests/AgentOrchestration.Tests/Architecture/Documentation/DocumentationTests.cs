using System.Xml.Linq;
using Microsoft.CodeAnalysis;

namespace AgentOrchestration.Tests.Architecture.Documentation;

/// <summary>The documentation of the public surface is complete, so that an editor shows what a page of its own would have to.</summary>
public sealed class DocumentationTests
{
    private static readonly string[] FirstHour = ["AgentOrchestration", "Microsoft.Extensions.DependencyInjection"];

    [Fact]
    public void Every_property_states_its_value()
    {
        string[] missing =
        [
            .. from type in LibraryDocumentation.Types
               from property in LibraryDocumentation.MembersOf<IPropertySymbol>(type)
               where !IsParameterOfRecord(property) && !Has(property, "value") && property.Name != "EqualityContract"
               select property.ToDisplayString(),
        ];

        Assert.True(missing.Length == 0, "These properties have no <value>:\n" + string.Join('\n', missing));
    }

    [Fact]
    public void Every_method_states_what_it_returns()
    {
        string[] missing =
        [
            .. from type in LibraryDocumentation.Types
               from method in LibraryDocumentation.MembersOf<IMethodSymbol>(type)
               where method is { MethodKind: MethodKind.Ordinary or MethodKind.Conversion or MethodKind.UserDefinedOperator, ReturnsVoid: false } && !Has(method, "returns")
               select method.ToDisplayString(),
        ];

        Assert.True(missing.Length == 0, "These methods have no <returns>:\n" + string.Join('\n', missing));
    }

    [Fact]
    public void Every_type_and_member_has_a_summary()
    {
        string[] missing =
        [
            .. from type in LibraryDocumentation.Types
               from symbol in LibraryDocumentation.MembersOf<ISymbol>(type).Where(IsDocumented).Prepend(type)
               where !Has(symbol, "summary")
               select symbol.ToDisplayString(),
        ];

        Assert.True(missing.Length == 0, "These have no <summary>:\n" + string.Join('\n', missing));
    }

    [Fact]
    public void Every_type_of_the_first_hour_has_an_example()
    {
        string[] missing =
        [
            .. from type in LibraryDocumentation.Types
               where FirstHour.Contains(type.ContainingNamespace.ToDisplayString()) && type.ContainingType is null && LibraryDocumentation.Of(type)?.Element("example") is null
               select type.ToDisplayString(),
        ];

        Assert.True(missing.Length == 0, "These types have no <example>:\n" + string.Join('\n', missing));
    }

    [Fact]
    public void What_is_shipped_documents_no_internal_member()
    {
        HashSet<string> visible =
        [
            .. from type in LibraryDocumentation.AllTypes
               from symbol in type.GetMembers().Where(LibraryDocumentation.IsVisible).Prepend(type)
               select symbol.GetDocumentationCommentId(),
        ];

        Assert.DoesNotContain(LibraryDocumentation.Members.Keys, id => !visible.Contains(id));
    }

    [Fact]
    public void What_is_inherited_is_shipped_too()
    {
        string[] missing =
        [
            .. from member in LibraryDocumentation.Members
               from source in member.Value.Descendants("inheritdoc").Attributes("cref")
               where source.Value.Contains(":AgentOrchestration.", StringComparison.Ordinal) && !LibraryDocumentation.Members.ContainsKey(source.Value)
               select $"{member.Key} inherits from {source.Value}",
        ];

        Assert.Empty(missing);
    }

    [Fact]
    public void The_checks_see_the_whole_surface()
    {
        Assert.Contains(LibraryDocumentation.Types, type => type.Name == "ITaskOrchestrator");
        Assert.Contains(LibraryDocumentation.Types, type => type.Name == "SqliteRunStore");
        Assert.Contains(LibraryDocumentation.Types, type => type.Name == "PostgresRunStore");
        Assert.Contains(LibraryDocumentation.Types, type => type.Name == "RunSimulation");
        Assert.All(LibraryDocumentation.Types.Take(10), type => Assert.NotNull(LibraryDocumentation.Of(type)));
    }

    private static bool Has(ISymbol symbol, string tag) => LibraryDocumentation.Of(symbol) is { } documentation
        && (documentation.Element(tag) is { } element ? !string.IsNullOrWhiteSpace((string)element) || element.HasElements : documentation.Element("inheritdoc") is not null);

    // The parameter of a record documents the property of the same name.
    private static bool IsParameterOfRecord(IPropertySymbol property) =>
        LibraryDocumentation.Of(property.ContainingType)?.Elements("param").Any(parameter => (string?)parameter.Attribute("name") == property.Name) == true;

    private static bool IsDocumented(ISymbol symbol) => symbol switch
    {
        IMethodSymbol method => method.MethodKind is MethodKind.Ordinary or MethodKind.Conversion or MethodKind.UserDefinedOperator,
        IPropertySymbol property => property.Name != "EqualityContract" && !IsParameterOfRecord(property),
        IFieldSymbol field => field.Name != "value__",
        IEventSymbol => true,
        _ => false,
    };
}
