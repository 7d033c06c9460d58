use super::*;

const EXCHANGE: &str = r#"{
    "Signals": [
        {
            "Name": "Part at sensor",
            "Symbolname": "Cell.bSensor",
            "Comment": "light \"barrier\"",
            "Type": "BOOL",
            "Direction": "INPUT",
            "Folder": "Cell/Conveyor"
        },
        { "Name": "Speed", "Symbolname": "", "Type": "Float", "Direction": "output", "Extra": [1, {}] },
        { "Symbolname": "Löser", "Name": "Löser", "Comment": null, "Type": "INT" },
        { "Name": "信号", "Type": "TEXT", "Direction": "" }
    ]
}"#;

fn signal(name: &'static str, kind: Kind, direction: Direction) -> Listed<'static> {
    Listed {
        name: name.into(),
        display_name: "".into(),
        comment: "".into(),
        folder: "".into(),
        kind,
        direction,
    }
}

fn expected() -> Vec<Listed<'static>> {
    let mut sensor = signal("Cell.bSensor", Kind::Bool, Direction::Input);
    sensor.display_name = "Part at sensor".into();
    sensor.comment = "light \"barrier\"".into();
    sensor.folder = "Cell/Conveyor".into();
    vec![
        sensor,
        signal("Speed", Kind::Float, Direction::Output),
        signal("Löser", Kind::Int, Direction::Auto),
        signal("信号", Kind::Text, Direction::Auto),
    ]
}

#[test]
fn the_exchange_file_is_read_by_its_rules() {
    assert_eq!(
        read(EXCHANGE.as_bytes(), ListFormat::Json).unwrap(),
        expected()
    );
    let with_mark = format!("\u{feff}{EXCHANGE}");
    assert_eq!(
        read(with_mark.as_bytes(), ListFormat::Json).unwrap(),
        expected()
    );
}

#[test]
fn csv_is_read_as_spreadsheets_write_it() {
    let commas = "Name,Symbolname,Comment,Type,Direction,Folder\r\n\
                  Part at sensor,Cell.bSensor,\"light \"\"barrier\"\"\",BOOL,INPUT,Cell/Conveyor\r\n\
                  Speed,,,Float,output,\r\n\r\n\
                  Löser,Löser,,INT,,\r\n\
                  信号,,, TEXT ,,\r\n";
    assert_eq!(
        read(commas.as_bytes(), ListFormat::Csv).unwrap(),
        expected()
    );
    for (delimiter, mark) in [(";", "\u{feff}"), ("\t", "")] {
        let other = mark.to_owned() + &commas.replace(',', delimiter);
        assert_eq!(read(other.as_bytes(), ListFormat::Csv).unwrap(), expected());
    }
    let columns = "TYPE;What;symbolname\nbool;x;A\nint;y;B\n";
    assert_eq!(
        read(columns.as_bytes(), ListFormat::Csv).unwrap(),
        [
            signal("A", Kind::Bool, Direction::Auto),
            signal("B", Kind::Int, Direction::Auto)
        ]
    );
}

#[test]
fn what_is_written_reads_back_the_same() {
    let mut odd = signal(" a,b;\"c\"\t", Kind::Text, Direction::Input);
    odd.comment = "two\r\nlines, \u{1} and \u{1f600}".into();
    odd.folder = "=1+1".into();
    odd.display_name = "\u{feff}odd".into();
    let list: Vec<_> = expected().into_iter().chain([odd]).collect();
    for format in [ListFormat::Json, ListFormat::Csv] {
        let bytes = write(&list, format).unwrap();
        assert_eq!(read(&bytes, format).unwrap(), list, "{format:?}");
    }
    for format in [ListFormat::Json, ListFormat::Csv] {
        assert_eq!(read(&write(&[], format).unwrap(), format).unwrap(), []);
    }
}

#[test]
fn a_wrong_line_is_reported_with_its_number() {
    let json = [
        ("", 1, "EOF"),
        ("{\n\"Signals\": {}\n}", 2, "expected a sequence"),
        ("{}", 1, "missing field `Signals`"),
        (
            "\n[{\"Name\":\"A\",\"Type\":\"INT\"}]",
            2,
            "in an object: {\"Signals\":[…]}",
        ),
        ("[[]]", 1, "in an object"),
        ("Name;Type\nA;INT\n", 1, "this is CSV, and not JSON"),
        (
            "{\"Signals\":[\n{\"Name\":\"A\",\n\"Type\":\"REAL\"}]}",
            3,
            "\"REAL\" is none of BOOL, INT, FLOAT and TEXT",
        ),
        (
            "{\"Signals\":[\n{\"Name\":\"A\",\"Type\":\"INT\",\n\"Direction\":\"IN\"}]}",
            3,
            "\"IN\" is none of INPUT and OUTPUT",
        ),
        (
            "{\"Signals\":[\n{\"Name\":\"A\"\n}]}",
            3,
            "missing field `Type`",
        ),
        (
            "{\"Signals\":[{\"Name\":\"A\",\"Type\":\"INT\"},\n\n{\"Name\":\"\",\"Type\":\"INT\"}]}",
            3,
            "neither a Name nor a Symbolname",
        ),
        (
            "{\"Signals\":[\n{\"Name\":7,\"Type\":\"INT\"}]}",
            2,
            "expected a string",
        ),
        (
            "{\"Signals\":[\n{\"Name\":\"A\",\"Name\":\"B\",\"Type\":\"INT\"}]}",
            2,
            "duplicate field `Name`",
        ),
        ("{\"Signals\":[]}\nx", 2, "trailing"),
    ];
    let csv = [
        ("", 1, "has to name the columns"),
        ("\n {\"Signals\":[]}", 2, "this is JSON, and not CSV"),
        ("[]", 1, "this is JSON, and not CSV"),
        ("Name,Kind\nA,BOOL\n", 1, "has to name the columns"),
        ("Comment,Type\nA,BOOL\n", 1, "has to name the columns"),
        ("Name,Type\nA,BOOL\nB,WORD\n", 3, "\"WORD\" is none of"),
        (
            "Name,Type\nA,BOOL\n\n,INT\n",
            4,
            "neither a Name nor a Symbolname",
        ),
        (
            "Name,Type,Direction\nA,BOOL,BOTH\n",
            2,
            "\"BOTH\" is none of",
        ),
        (
            "Name,Type\n\"A\nB\",BOOL\nC,BOOL,x\n",
            4,
            "3 columns, but the first line names 2",
        ),
    ];
    let cases = (json.into_iter().map(|case| (ListFormat::Json, case)))
        .chain(csv.into_iter().map(|case| (ListFormat::Csv, case)));
    for (format, (text, line, message)) in cases {
        let error = read(text.as_bytes(), format).unwrap_err();
        assert_eq!(error.code(), ErrorCode::Format, "{text}");
        let said = error.message();
        assert!(
            said.starts_with(&format!("line {line}: ")),
            "{text}\n{said}"
        );
        assert!(said.contains(message), "{text}\n{said}");
        assert!(!said.contains(" column "), "{text}\n{said}");
    }
    let error = read(b"Name,Type\n\xff", ListFormat::Csv).unwrap_err();
    assert!(error.message().starts_with("line 2: "), "{error}");
}

#[test]
fn the_line_of_a_signal_is_where_it_begins() {
    assert_eq!(line_of(EXCHANGE.as_bytes(), ListFormat::Json, 0), 3);
    assert_eq!(line_of(EXCHANGE.as_bytes(), ListFormat::Json, 3), 13);
    let csv = "Name,Type\n\"A\nB\",BOOL\n\nC,BOOL\n";
    assert_eq!(line_of(csv.as_bytes(), ListFormat::Csv, 1), 5);
}

#[test]
fn the_name_of_the_file_decides_where_the_host_does_not() {
    assert_eq!(ListFormat::Auto.of("a/List.CSV"), ListFormat::Csv);
    assert_eq!(ListFormat::Auto.of("list.json"), ListFormat::Json);
    assert_eq!(ListFormat::Json.of("list.csv"), ListFormat::Json);
}
