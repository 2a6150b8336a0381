using System.Xml.Linq;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace AgentOrchestration.Tests.Architecture.Documentation;

/// <summary>The public surface of the packages, and the XML documentation that is shipped with them.</summary>
internal static class LibraryDocumentation
{
    private static readonly string[] Packages = ["AgentOrchestration", "AgentOrchestration.Postgres", "AgentOrchestration.Sqlite", "AgentOrchestration.Testing"];

    private static readonly Lazy<Dictionary<string, XElement>> ById = new(() => Packages
        .SelectMany(package => XDocument.Load(Path.Combine(AppContext.BaseDirectory, package + ".xml")).Descendants("member"))
        .ToDictionary(member => (string)member.Attribute("name")!, StringComparer.Ordinal));

    private static readonly Lazy<CSharpCompilation> Empty = new(() => CSharpCompilation.Create(
        "Example",
        references: ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator).Select(path => MetadataReference.CreateFromFile(path)),
        options: new CSharpCompilationOptions(OutputKind.DynamicallyLinkedLibrary, nullableContextOptions: NullableContextOptions.Enable)));

    /// <summary>Gets a compilation without source that refers to the packages and to all that the tests use.</summary>
    public static CSharpCompilation Compilation => Empty.Value;

    /// <summary>Gets the documentation of all members, by their ids.</summary>
    public static IReadOnlyDictionary<string, XElement> Members => ById.Value;

    /// <summary>Gets the public types that have names, nested ones included.</summary>
    public static IEnumerable<INamedTypeSymbol> Types => AllTypes.Where(type => type.CanBeReferencedByName);

    /// <summary>Gets the public types, those included that the compiler makes of extension blocks.</summary>
    public static IReadOnlyList<INamedTypeSymbol> AllTypes { get; } =
    [
        .. Empty.Value.References
            .Select(reference => Empty.Value.GetAssemblyOrModuleSymbol(reference))
            .OfType<IAssemblySymbol>()
            .Where(assembly => Packages.Contains(assembly.Name))
            .SelectMany(assembly => TypesOf(assembly.GlobalNamespace)),
    ];

    /// <summary>Gets the public and protected members that are written in code: no overrides, and nothing that the compiler adds.</summary>
    public static IEnumerable<TMember> MembersOf<TMember>(INamedTypeSymbol type)
        where TMember : ISymbol => type.TypeKind == TypeKind.Delegate
        ? []
        : type.GetMembers().OfType<TMember>().Where(member => IsVisible(member) && !member.IsOverride && !IsGenerated(member));

    /// <summary>Gets the documentation of a type or member, or null when there is none.</summary>
    public static XElement? Of(ISymbol symbol) => Members.GetValueOrDefault(symbol.GetDocumentationCommentId()!);

    /// <summary>Determines whether code of other assemblies can use a type or member.</summary>
    public static bool IsVisible(ISymbol symbol) =>
        symbol.DeclaredAccessibility is Accessibility.Public or Accessibility.Protected or Accessibility.ProtectedOrInternal;

    private static IEnumerable<INamedTypeSymbol> TypesOf(INamespaceOrTypeSymbol parent) => parent.GetMembers().SelectMany(member => member switch
    {
        INamespaceSymbol folder => TypesOf(folder),
        INamedTypeSymbol type when IsVisible(type) => TypesOf(type).Prepend(type),
        _ => [],
    });

    private static bool IsGenerated(ISymbol symbol) =>
        symbol.GetAttributes().Any(attribute => attribute.AttributeClass?.Name == "CompilerGeneratedAttribute");
}
