//! Who is shown as present, and how many are counted.

use super::*;

#[test]
fn of_a_crowd_the_newest_are_shown_by_name_and_all_are_counted() {
    let hub = hub();
    let crowd = i64::try_from(MOST_SHOWN).unwrap() + 100;
    let _followers: Vec<_> = (0..crowd)
        .map(|id| follower(&hub, id, &format!("{:04}", crowd - id)))
        .collect();
    let people = hub.people(&room());
    assert_eq!(people.len(), MOST_SHOWN);
    assert!(people.is_sorted_by(|a, b| a.name < b.name));
    assert_eq!(people[0].id, crowd - 1, "who came last is among them");
    assert_eq!(hub.presence(&room()).len(), MOST_SHOWN);
    let all = usize::try_from(crowd).unwrap();
    let present = Present {
        connections: all,
        people: all,
    };
    assert_eq!(hub.present(&room()), present);
}

#[test]
fn one_persons_tabs_hide_nobody() {
    let hub = hub();
    let _ada = follower(&hub, 1, "ada");
    let _tabs: Vec<_> = (0..=MOST_SHOWN).map(|_| follower(&hub, 2, "bob")).collect();
    let names: Vec<_> = hub.people(&room()).iter().map(|it| it.name.clone()).collect();
    assert_eq!(names, ["ada", "bob"]);
}

#[test]
fn strangers_count_as_one_person() {
    let hub = hub();
    let open = |person| {
        let mut connection = hub.connect(Client {
            person,
            session: None,
            encoding: &LINES,
        });
        connection.subscribe(&room(), false).unwrap();
        connection
    };
    let _open = [
        open(person(1, "ada")),
        open(person(1, "ada")),
        open(None),
        open(None),
    ];
    let present = Present {
        connections: 4,
        people: 2,
    };
    assert_eq!(hub.present(&room()), present);
    assert_eq!(hub.present(&Topic::new("chat", "empty")), Present::default());
}
